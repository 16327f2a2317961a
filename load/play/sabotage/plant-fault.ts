/** Makes a copy of this working tree with one fault in it, for a stack to run from. */
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
import { Failure } from '../../../scripts/lib/failure.mjs';
import { repoRoot } from '../../../scripts/lib/repo.mjs';
import { FAULTS, type Replacement } from './faults.ts';

/**
 * @param name of one of {@link FAULTS}
 * @param folder the copy is made in, as `tree`
 * @returns root of the copy
 * @throws Failure when a text to be replaced is not there exactly once: the fault would not be planted
 */
export function plantFault(name: string, folder: string): string {
  const fault = FAULTS[name];
  if (fault === undefined) throw new Failure(`There is no fault "${name}".`);
  const root = join(folder, 'tree');
  copyTree(root);
  for (const replacement of fault.replacements) replaceOnce(root, replacement);
  return root;
}

/** Every file that is under version control or could be; packages by link, those of this repository as the copy has them. */
function copyTree(root: string): void {
  for (const file of listFiles()) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(repoRoot, file), join(root, file));
  }
  linkPackages(join(repoRoot, 'node_modules'), join(root, 'node_modules'));
  for (const workspace of readdirSync(root)) {
    const own = join(repoRoot, workspace, 'node_modules');
    if (workspace !== 'node_modules' && existsSync(own))
      symlinkSync(own, join(root, workspace, 'node_modules'));
  }
}

function listFiles(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  try {
    const list = execFileSync('git', args, { cwd: repoRoot, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    // Of those that were deleted but not committed the list still has the names.
    return list.split('\0').filter((path) => path !== '' && existsSync(join(repoRoot, path)));
  } catch (error) {
    throw new Failure(`The working tree could not be listed by git: ${(error as Error).message}`);
  }
}

function linkPackages(from: string, to: string): void {
  mkdirSync(join(to, '@sluice'), { recursive: true });
  for (const name of readdirSync(from)) if (name !== '@sluice') symlinkSync(join(from, name), join(to, name));
  // These links lead from here to `../../<workspace>`, and so into the copy.
  cpSync(join(from, '@sluice'), join(to, '@sluice'), { recursive: true, verbatimSymlinks: true });
}

function replaceOnce(root: string, { file, find, replace }: Replacement): void {
  const path = join(root, file);
  const parts = readFileSync(path, 'utf8').split(find);
  if (parts.length !== 2) {
    const times = parts.length - 1;
    throw new Failure(
      `The fault can't be planted: ${file} holds this ${times} times instead of once:\n${find}\nload/play/sabotage/faults.ts has to follow the code.`,
    );
  }
  writeFileSync(path, parts.join(replace));
}
