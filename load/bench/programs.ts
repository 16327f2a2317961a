/** Programs of the services' own bench folders: what only a service's own code can do, as a process of its own. */
import { spawn } from 'node:child_process';

/**
 * Runs one to its end.
 * @returns what its last line says, as JSON
 * @throws Error with what it said when it fails
 */
export function runProgram<Result>(
  file: string,
  args: readonly (string | number)[],
  env: NodeJS.ProcessEnv,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`${file} ended with ${code}`));
      resolve(JSON.parse(Buffer.concat(said).toString().trimEnd().split('\n').at(-1) ?? '') as Result);
    });
  });
}
