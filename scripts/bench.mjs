// @ts-check
// A measured figure against its baseline: `npm run bench -- join --json`.
// Provisions what that needs, then runs load/bench/main.ts.

import { runEntry } from './lib/entry.mjs';

await runEntry(async () => {
  const { delegate } = await import('./lib/delegate.mjs');
  return delegate({ name: 'bench', file: 'load/bench/main.ts', args: process.argv.slice(2) });
});
