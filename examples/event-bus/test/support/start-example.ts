/** A program of this example as its own process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface RunningExample {
  /** What it said when it was ready. */
  readonly line: string;
  stop(): Promise<void>;
}

/** Resolves when it has said its first line. */
export async function startExample(file: string, env: Record<string, string>): Promise<RunningExample> {
  const path = fileURLToPath(new URL(`../../src/${file}`, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, ...env },
  });
  const ended = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(([code]) => {
      throw new Error(`${file} ended with ${code} before it was ready`);
    }),
  ]);
  return {
    line,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
