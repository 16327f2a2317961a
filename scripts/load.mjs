// @ts-check
// A k6 scenario with thresholds and a verdict from the stores: `npm run load -- opening`.
// Provisions what that needs, then runs load/k6/main.ts.

import { runEntry } from './lib/entry.mjs';

await runEntry(async () => {
  const { delegate } = await import('./lib/delegate.mjs');
  const { provisionK6 } = await import('./lib/provision-k6.mjs');
  return delegate({
    name: 'load',
    file: 'load/k6/main.ts',
    args: process.argv.slice(2),
    programs: { K6_PATH: provisionK6 },
  });
});
