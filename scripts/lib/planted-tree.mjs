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
import { dirname, join } from 'node:path';
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
 * @returns {string | undefined} why it can't be planted any more
 */
export function findStale({ file, find }) {
  const path = join(repoRoot, file);
  const count = existsSync(path) ? readFileSync(path, 'utf8').split(find).length - 1 : 0;
  return count === 1 ? undefined : `${file} holds this ${count} times instead of once:\n${find}`;
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
