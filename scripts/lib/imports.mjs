// @ts-check
// What a source file imports: what it loads when it runs, and what only its types come from.

import { init, parse } from 'es-module-lexer';

await init;

/** @typedef {{ specifier: string, line: number, typeOnly: boolean }} Import */

/**
 * @param {string} source TypeScript or JavaScript
 * @returns {Import[]} static imports, re-exports, and dynamic imports of a literal
 */
export function readImports(source) {
  const [imports] = parse(source);
  return imports.flatMap((found) => {
    if (found.type === 'import-meta' || found.specifier === undefined) return [];
    const typeOnly = 'typeOnly' in found && found.typeOnly;
    return [{ specifier: found.specifier, line: source.slice(0, found.start).split('\n').length, typeOnly }];
  });
}
