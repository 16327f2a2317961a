// @ts-check
// `npm run reconcile [-- --drop <id>] [--json]`: recomputes every balance of stock, holds and orders from the ledger
// and tells each that differs. Reads only; of DATABASE_URL, or of what `npm start` left or is running.

import { once } from 'node:events';
import { runEntry } from './lib/entry.mjs';

await runEntry(async () => {
  const { join } = await import('node:path');
  const { lastingDatabase } = await import('./lib/lasting-database.mjs');
  const { startProcess } = await import('./lib/processes.mjs');
  const { createProgress } = await import('./lib/progress.mjs');
  const { repoRoot } = await import('./lib/repo.mjs');
  const url = await createProgress().step('books', lastingDatabase);
  const program = join(repoRoot, 'checkout-api/src/reconcile.ts');
  const { child } = await startProcess('reconcile', process.execPath, [program, ...process.argv.slice(2)], {
    cwd: repoRoot,
    stdio: 'inherit',
    env: { ...process.env, DATABASE_URL: url },
  });
  const [code] = await once(child, 'exit');
  return code ?? 1;
});
