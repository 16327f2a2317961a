/**
 * `npm run reconcile`: recomputes every balance of DATABASE_URL from the ledger, tells each that differs, and ends with
 * 1 if any does. Also tells how late holds that ran out were given back. Only reads. `--drop <id>` looks at one drop, `--json` prints one object.
 */
import { parseArgs } from 'node:util';
import { connectPostgres, createLogger } from '@sluice/service-kit';
import { measureExpiryLag, reconcile } from './store/reconcile.ts';

/** A large installation's books take longer than any request may. */
const statementTimeoutMs = 10 * 60_000;

const { values } = parseArgs({
  options: { drop: { type: 'string' }, json: { type: 'boolean', default: false } },
});
const url = process.env.DATABASE_URL;
if (!url) {
  process.stderr.write('DATABASE_URL: must be set (postgres:// address of the books)\n');
  process.exit(2);
}
const log = createLogger({ name: 'reconcile', level: 'warn' });
const database = connectPostgres({ url, log, max: 1, statementTimeoutMs });
try {
  const { checked, differences } = await reconcile(database, values.drop ?? null);
  const expiry = await measureExpiryLag(database, values.drop ?? null);
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ ok: differences.length === 0, checked, differences, expiry })}\n`,
    );
  } else {
    for (const { drop, subject, balance, stored, recomputed } of differences)
      process.stdout.write(
        `${drop}: ${balance} of ${subject} is ${stored}, its entries add up to ${recomputed}\n`,
      );
    process.stdout.write(`${checked} balances recomputed, ${differences.length} differences\n`);
    const seconds = (value: number | null) => `${(value ?? 0).toFixed(2)} s`;
    if (expiry.holds > 0)
      process.stdout.write(
        `${expiry.holds} holds ran out and were given back ${seconds(expiry.p50Seconds)} (p50), ${seconds(expiry.p99Seconds)} (p99), ${seconds(expiry.maxSeconds)} (at most) later\n`,
      );
  }
  process.exitCode = differences.length === 0 ? 0 : 1;
} finally {
  await database.end();
}
