// @ts-check
// A copy of this working tree with a fault in it: exact pieces of text replaced by others. For a judge or a test that
// must be seen to say no. The product itself knows nothing of faults.

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Failure } from './failure.mjs';
import { repoRoot } from './repo.mjs';

/** @typedef {{ file: string, find: string, replace: string }} Replacement `find` must stand in `file` exactly once */

/**
 * @param {string} root where the copy is made; does not exist yet
 * @param {readonly Replacement[]} replacements
 * @throws {Failure} when a piece is not there exactly once: the fault would not be planted
 */
export function plantTree(root, replacements) {
  copyTree(root);
  for (const replacement of replacements) {
    const fault = findStale(replacement);
    if (fault) throw new Failure(fault);
    const path = join(root, replacement.file);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(replacement.find, () => replacement.replace),
    );
  }
}

/**
 * @param {Replacement} replacement
 * @returns {string | undefined} why it can't be planted any more: the piece is gone, or is in a function of a migration that
 *   a later one defines anew, so that nothing runs it
 */
export function findStale({ file, find }) {
  const path = join(repoRoot, file);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const count = text.split(find).length - 1;
  if (count !== 1) return `${file} holds this ${count} times instead of once:\n${find}`;
  const migrations = dirname(path);
  if (basename(migrations) !== 'migrations') return undefined;
  const name = functionAround(text, find);
  const later = readdirSync(migrations)
    .filter((other) => other > basename(file))
    .find((other) => name && definedIn(readFileSync(join(migrations, other), 'utf8')).has(name));
  return later && `${file} has this in ${name}, which ${later} defines anew:\n${find}`;
}

const FUNCTION = /^create (?:or replace )?function ([\w.]+)\(/gim;

/**
 * @param {string} sql a migration
 * @returns {Set<string | undefined>} the functions that it defines
 */
function definedIn(sql) {
  return new Set([...sql.matchAll(FUNCTION)].map(([, name]) => name));
}

/**
 * @param {string} sql a migration
 * @param {string} find a piece of it
 * @returns {string | undefined} the function in whose body the piece stands
 */
function functionAround(sql, find) {
  const before = sql.slice(0, sql.indexOf(find));
  const last = [...before.matchAll(FUNCTION)].at(-1);
  return last && !/\$\w*\$;/.test(before.slice(last.index)) ? last[1] : undefined;
}

/** @param {string} root */
function copyTree(root) {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const list = execFileSync('git', args, { cwd: repoRoot, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  for (const file of list.split('\0')) {
    // Of a file that is deleted and not committed the list still has the name.
    if (file === '' || !existsSync(join(repoRoot, file))) continue;
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(repoRoot, file), join(root, file));
  }
  const packages = join(repoRoot, 'node_modules');
  mkdirSync(join(root, 'node_modules', '@sluice'), { recursive: true });
  for (const name of readdirSync(packages)) {
    if (name !== '@sluice') symlinkSync(join(packages, name), join(root, 'node_modules', name));
  }
  // Links to the workspaces lead two folders up, and so into the copy.
  cpSync(join(packages, '@sluice'), join(root, 'node_modules', '@sluice'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  for (const workspace of readdirSync(repoRoot)) {
    const own = join(repoRoot, workspace, 'node_modules');
    if (existsSync(own) && existsSync(join(root, workspace)))
      symlinkSync(own, join(root, workspace, 'node_modules'));
  }
}
