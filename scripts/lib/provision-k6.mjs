// @ts-check
// k6 2.2 for load scenarios: K6_PATH, one on PATH of that version or newer, or built by Go into .sluice/bin. (npm's
// `k6` is an empty placeholder.)

import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { dataRoot } from './repo.mjs';
import { findProgram, runCommand } from './run-command.mjs';

const VERSION = '2.2.0';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function provisionK6(note) {
  const built = join(dataRoot, 'bin', `k6-${VERSION}`);
  const found = process.env.K6_PATH || (existsSync(built) ? built : await installedK6());
  if (found) {
    note(found);
    return found;
  }
  const go = findProgram(['go']) ?? (existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : undefined);
  if (!go) {
    throw new Failure(
      `k6 ${VERSION} is missing and there is no Go to build it: install Go from https://go.dev/dl, run "brew install k6", or set K6_PATH.`,
    );
  }
  await build(go, built);
  note(`${built} (built with Go)`);
  return built;
}

/** @returns {Promise<string | undefined>} the k6 on PATH when it is new enough to run TypeScript scenarios */
async function installedK6() {
  const path = findProgram(['k6']);
  if (!path) return undefined;
  const { output } = await runCommand(path, ['version']);
  const [, major = '0', minor = '0'] = /v(\d+)\.(\d+)/.exec(output) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 2) ? path : undefined;
}

/**
 * `go install module@version` would also ask the module's origin, not only the proxy, whether it is retracted; a
 * module of our own that requires it asks the proxy alone.
 * @param {string} go
 * @param {string} target
 */
async function build(go, target) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-k6-'));
  try {
    writeFileSync(
      join(folder, 'go.mod'),
      `module sluice.dev/k6\n\ngo 1.24\n\nrequire go.k6.io/k6/v2 v${VERSION}\n\ntool go.k6.io/k6/v2\n`,
    );
    const binary = join(folder, 'k6');
    const { code, output } = await runCommand(go, ['build', '-o', binary, 'go.k6.io/k6/v2'], {
      cwd: folder,
      env: { ...process.env, GOFLAGS: '-mod=mod -buildvcs=false', GOWORK: 'off' },
    });
    if (code !== 0)
      throw new Failure(`k6 could not be built with Go:\n${output}\nInstall k6 ${VERSION} and set K6_PATH.`);
    mkdirSync(join(dataRoot, 'bin'), { recursive: true });
    await moveFile(binary, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
