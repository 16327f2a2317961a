// @ts-check
// One whole drop, headless, with a verdict: `npm run play -- --shoppers 2000 --json`.
// Provisions what that needs, then runs load/play/main.ts.

import { runEntry } from './lib/entry.mjs';

await runEntry(async () => {
  const { delegate } = await import('./lib/delegate.mjs');
  return delegate({ name: 'play', file: 'load/play/main.ts', args: process.argv.slice(2) });
});
