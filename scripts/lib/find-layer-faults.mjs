// @ts-check
// Compares what source files load with the architecture in layers.mjs. Knows nothing of the file system: it is given
// paths and sources, so that a test can plant a fault.

import { dirname, join, normalize } from 'node:path';
import { readImports } from './imports.mjs';
import {
  DRIVERS,
  IMPURE_WORDS,
  LAYERS,
  PURE_MODULES,
  SERVICES,
  TEST_READERS,
  TYPE_READERS,
  WORKSPACES,
} from './layers.mjs';

/** @typedef {{ path: string, source: string }} SourceFile `path` from the root of the tree, with forward slashes */

/**
 * @param {readonly SourceFile[]} files
 * @param {Readonly<Record<string, string>>} packageNames workspace folder by package name
 * @returns {string[]} one sentence per fault, beginning with `path:line`
 */
export function findLayerFaults(files, packageNames) {
  return files.flatMap(({ path, source }) => {
    const imports = readImports(source, path);
    const faults = imports.flatMap(({ specifier, line, typeOnly }) =>
      (typeOnly
        ? [typeFault(path, specifier, packageNames)]
        : [
            workspaceFault(path, specifier, packageNames),
            driverFault(path, specifier),
            layerFault(path, specifier),
            purityFault(path, specifier),
          ]
      )
        .filter((fault) => fault !== undefined)
        .map((fault) => `${path}:${line} ${fault}`),
    );
    return [...faults, ...unknownLayer(path), ...impureWords(path, source)];
  });
}

/**
 * @param {string} path
 * @returns {string | undefined} the workspace (or `scripts`) it is in
 */
function workspaceOf(path) {
  return Object.keys(WORKSPACES).find((folder) => path.startsWith(`${folder}/`));
}

/** @param {string} path */
function isTest(path) {
  return path.includes('/test/') || /\.test\.tsx?$/.test(path);
}

/**
 * @param {string} from
 * @param {string} specifier
 * @returns {string | undefined} path from the root for a relative specifier
 */
function target(from, specifier) {
  return specifier.startsWith('.')
    ? normalize(join(dirname(from), specifier)).replaceAll('\\', '/')
    : undefined;
}

/**
 * @param {string} path
 * @param {string} specifier
 * @param {Readonly<Record<string, string>>} packageNames
 * @returns {string | undefined} the workspace (or `scripts`) the specifier leads to
 */
function targetWorkspace(path, specifier, packageNames) {
  const file = target(path, specifier);
  const name = Object.keys(packageNames).find(
    (known) => specifier === known || specifier.startsWith(`${known}/`),
  );
  return file ? workspaceOf(file) : name && packageNames[name];
}

/**
 * @param {string} path
 * @param {string} specifier
 * @param {Readonly<Record<string, string>>} packageNames
 */
function typeFault(path, specifier, packageNames) {
  const own = workspaceOf(path);
  const other = targetWorkspace(path, specifier, packageNames);
  if (!own || !other || own === other || allowedFor(path, own).includes(other)) return undefined;
  if (TYPE_READERS.includes(own) && /\/contract(\/|$)/.test(specifier)) return undefined;
  return `${own} may take types of ${other} from its contract only ("${specifier}")`;
}

/**
 * @param {string} path
 * @param {string} own
 */
function allowedFor(path, own) {
  if (!isTest(path)) return WORKSPACES[own] ?? [];
  return [...(WORKSPACES[own] ?? []), ...(TEST_READERS[own] ?? []), 'scripts', 'service-kit', 'connector'];
}

/**
 * @param {string} path
 * @param {string} specifier
 * @param {Readonly<Record<string, string>>} packageNames
 */
function workspaceFault(path, specifier, packageNames) {
  const own = workspaceOf(path);
  const file = target(path, specifier);
  const name = Object.keys(packageNames).find(
    (known) => specifier === known || specifier.startsWith(`${known}/`),
  );
  const other = file ? workspaceOf(file) : name && packageNames[name];
  if (!own || !other || own === other) return undefined;
  const allowed = allowedFor(path, own);
  if (!allowed.includes(other)) return `${own} must not load ${other} ("${specifier}")`;
  if (specifier.startsWith('.') && other !== 'scripts' && !TEST_READERS[own]?.includes(other))
    return `loads ${other} by path; use its package name ("${specifier}")`;
  return undefined;
}

/**
 * @param {string} path
 * @param {string} specifier
 */
function driverFault(path, specifier) {
  if (isTest(path)) return undefined;
  const driver = Object.keys(DRIVERS).find((name) => specifier === name || specifier.startsWith(`${name}/`));
  const places = driver ? (DRIVERS[driver] ?? []) : [];
  if (!driver || places.some((place) => path.startsWith(place))) return undefined;
  return `must not load ${driver}; only ${places.join(', ')} may`;
}

/**
 * @param {string} path
 * @returns {{ service: string, layer: string } | undefined}
 */
function layerOf(path) {
  const service = SERVICES.find(
    (folder) => path.startsWith(`${folder}/src/`) || path.startsWith(`${folder}/page/`),
  );
  if (!service) return undefined;
  const inside = path.slice(service.length + 1).replace(/^src\//, '');
  return { service, layer: inside.split('/')[0]?.replace(/\.\w+$/, '') ?? '' };
}

/**
 * @param {string} path
 * @param {string} specifier
 */
function layerFault(path, specifier) {
  const file = target(path, specifier);
  const from = layerOf(path);
  const to = file && layerOf(file);
  if (!from || !to || from.service !== to.service || from.layer === to.layer) return undefined;
  const fromColumn = LAYERS[from.layer];
  const toColumn = LAYERS[to.layer];
  if (fromColumn === undefined || toColumn === undefined || toColumn < fromColumn) return undefined;
  return `${from.layer} must not load ${to.layer} ("${specifier}"): a layer loads only what is left of it`;
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function unknownLayer(path) {
  const at = layerOf(path);
  if (!at || LAYERS[at.layer] !== undefined) return [];
  return [`${path}:1 is in no layer: name "${at.layer}" in scripts/lib/layers.mjs or move the file`];
}

/**
 * @param {string} path
 * @param {string} specifier
 */
function purityFault(path, specifier) {
  if (layerOf(path)?.layer !== 'domain' || specifier.startsWith('.') || PURE_MODULES.includes(specifier))
    return undefined;
  return `domain must not load "${specifier}": it is pure`;
}

/**
 * @param {string} path
 * @param {string} source
 * @returns {string[]}
 */
function impureWords(path, source) {
  if (layerOf(path)?.layer !== 'domain') return [];
  return source.split('\n').flatMap((line, index) => {
    const word = /^\s*(\/\/|\*|\/\*)/.test(line) ? null : IMPURE_WORDS.exec(line.replace(/\/\/.*$/, ''));
    return word ? [`${path}:${index + 1} domain must not use "${word[0]}": take it as an argument`] : [];
  });
}
