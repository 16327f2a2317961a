// @ts-check
// What every command begins with: dependencies and Node 24 first, then its work, with all processes ended after it.
// Works on any Node from 20 on with nothing installed, so commands import the rest only inside their work.

import { join } from 'node:path';
import { Failure, printFailure } from './failure.mjs';
import { runScript } from './processes.mjs';
import { provisionNode } from './provision-node.mjs';
import { dataRoot } from './repo.mjs';

/**
 * @param {(stopping: AbortSignal) => Promise<number | void>} work returns the exit code (0)
 */
export async function runEntry(work) {
  try {
    await provisionNode();
  } catch (error) {
    printFailure(error);
    process.exit(1);
  }
  // What all processes load they compile once: half of what a service needs until it listens.
  process.env.NODE_COMPILE_CACHE ??= join(dataRoot, 'compiled');
  await runScript(work, printFailure);
}

/**
 * Looks for a flag among the arguments.
 * @param {readonly string[]} args
 * @param {string} name such as `--fresh`
 * @returns {boolean}
 */
export function hasFlag(args, name) {
  return args.includes(name);
}

/**
 * @param {readonly string[]} args
 * @param {readonly string[]} known
 * @throws {Failure} when there is another argument
 */
export function refuseUnknown(args, known) {
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown !== undefined) {
    throw new Failure(`Unknown argument "${unknown}". Known: ${known.join(', ') || 'none'}.`);
  }
}
