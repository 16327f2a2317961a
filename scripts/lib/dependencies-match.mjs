// @ts-check
// Whether what is installed is what the lockfile asks for, so that an installation happens when it is needed and
// never otherwise (npm ci begins by deleting what is there).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Compares package-lock.json with npm's own record of what it put into node_modules. Optional packages may be missing:
 * they are for other platforms.
 * @param {string} root of the tree
 * @returns {boolean}
 */
export function dependenciesMatch(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([path, entry]) => {
    if (!/(^|\/)node_modules\//.test(path)) return true; // the tree itself and its workspaces
    const found = present[path];
    return found ? found.link === entry.link && found.version === entry.version : Boolean(entry.optional);
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, link?: boolean, optional?: boolean }>}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
}
