// @ts-check
// Programs that are Go modules: built once through the module proxy, kept in .sluice/bin by name and version.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { dataRoot } from './repo.mjs';
import { findProgram, runCommand } from './run-command.mjs';

/**
 * @typedef {object} GoProgram
 * @property {string} name
 * @property {string} module that holds the program, or what our own `main` needs
 * @property {string} version of the module, without its v
 * @property {string} otherwise what to do without Go, as the end of a sentence
 * @property {string} [main] file of ours that becomes the program, where the module is a library
 * @property {Readonly<Record<string, string>>} [requires] versions of other modules that it is built against
 */

/**
 * `go install module@version` would also ask the module's origin, not only the proxy, whether it is retracted; a
 * module of our own that requires it asks the proxy alone.
 * @param {GoProgram} program
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function buildWithGo({ name, module, version, otherwise, main, requires = {} }, note) {
  const source = main && readFileSync(main, 'utf8');
  const edition = source ? `-${createHash('sha256').update(source).digest('hex').slice(0, 8)}` : '';
  const built = join(dataRoot, 'bin', `${name}-${version}${edition}`);
  if (existsSync(built)) {
    note(built);
    return built;
  }
  const go = findProgram(['go']) ?? (existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : undefined);
  if (!go) {
    throw new Failure(
      `${name} ${version} is missing and there is no Go to build it: install Go from https://go.dev/dl, ${otherwise}.`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), `sluice-${name}-`));
  try {
    writeFileSync(
      join(folder, 'go.mod'),
      [
        `module sluice.dev/${name}\n\ngo 1.24\n`,
        ...Object.entries({ [module]: version, ...requires }).map(([path, at]) => `require ${path} v${at}`),
        ...(source ? [] : [`tool ${module}`]),
        '',
      ].join('\n'),
    );
    if (source) writeFileSync(join(folder, 'main.go'), source);
    const binary = join(folder, name);
    const { code, output } = await runCommand(go, ['build', '-o', binary, source ? '.' : module], {
      cwd: folder,
      env: { ...process.env, GOFLAGS: '-mod=mod -buildvcs=false', GOWORK: 'off' },
    });
    if (code !== 0)
      throw new Failure(
        `${name} could not be built with Go:\n${output}\nOr ${otherwise} (version ${version}).`,
      );
    mkdirSync(join(dataRoot, 'bin'), { recursive: true });
    await moveFile(binary, built);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  note(`${built} (built with Go)`);
  return built;
}

/**
 * @param {string} from
 * @param {string} to possibly on another file system; appears there at once or not at all
 */
async function moveFile(from, to) {
  const partial = `${to}.${process.pid}`;
  await copyFile(from, partial);
  renameSync(partial, to);
}
