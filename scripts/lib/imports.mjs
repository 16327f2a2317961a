// @ts-check
// What a source file imports: what it loads when it runs, and what only its types come from.

import { parseSync } from 'oxc-parser';

/** @typedef {{ specifier: string, line: number, typeOnly: boolean }} Import */

/**
 * @param {string} source TypeScript or JavaScript, JSX or not
 * @param {string} [path] its ending says which; `.tsx` has JSX
 * @returns {Import[]} static imports, re-exports, and dynamic imports of a literal, in their order
 */
export function readImports(source, path = 'source.ts') {
  const { module } = parseSync(path, source);
  const statements = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({ moduleRequest, entries })),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.map((entry) => ({ moduleRequest: entry.moduleRequest, entries: [entry] })),
    ),
  ];
  const loaded = statements.flatMap(({ moduleRequest, entries }) =>
    moduleRequest
      ? [
          {
            specifier: moduleRequest.value,
            start: moduleRequest.start,
            typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
          },
        ]
      : [],
  );
  const demanded = module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const literal = /^(['"`])([^'"`$]*)\1$/.exec(source.slice(start, end));
    return literal ? [{ specifier: literal[2] ?? '', start, typeOnly: false }] : [];
  });
  return [...loaded, ...demanded]
    .sort((one, other) => one.start - other.start)
    .map(({ specifier, start, typeOnly }) => ({
      specifier,
      line: source.slice(0, start).split('\n').length,
      typeOnly,
    }));
}
