// @ts-check
// `npm run check:layers`: every source file of the tree against the architecture in lib/layers.mjs.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLayerFaults } from './lib/find-layer-faults.mjs';
import { WORKSPACES } from './lib/layers.mjs';
import { repoRoot } from './lib/repo.mjs';

const SOURCE = /\.(tsx?|mjs)$/;
const LEFT_OUT = /(^|\/)(node_modules|dist|\.sluice)(\/|$)|\.min\.js$/;
const RUN_BY_K6 = /^load\/k6\/scenarios\//;

const files = Object.keys(WORKSPACES).flatMap((workspace) =>
  readdirSync(join(repoRoot, workspace), { recursive: true, encoding: 'utf8' })
    .map((path) => `${workspace}/${path.replaceAll('\\', '/')}`)
    .filter((path) => SOURCE.test(path) && !LEFT_OUT.test(path) && !RUN_BY_K6.test(path))
    .map((path) => ({ path, source: readFileSync(join(repoRoot, path), 'utf8') })),
);
const packageNames = Object.fromEntries(
  Object.keys(WORKSPACES)
    .filter((workspace) => workspace !== 'scripts')
    .map((workspace) => [
      JSON.parse(readFileSync(join(repoRoot, workspace, 'package.json'), 'utf8')).name,
      workspace,
    ]),
);
const faults = findLayerFaults(files, packageNames);
for (const fault of faults) console.error(fault);
console.log(`${files.length} files, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
