/** Makes a copy of this working tree with one fault in it, for a stack to run from. */
import { join } from 'node:path';
import { Failure } from '../../../scripts/lib/failure.mjs';
import { plantTree } from '../../../scripts/lib/planted-tree.mjs';
import { FAULTS } from './faults.ts';

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
  plantTree(root, fault.replacements);
  return root;
}
