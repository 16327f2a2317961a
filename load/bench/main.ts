/** `npm run bench -- <name> [--json] [--short]`: starts the services as shipped, measures one figure, prints it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, printFailure } from '../../scripts/lib/failure.mjs';
import { onShutdown, runScript } from '../../scripts/lib/processes.mjs';
import { createProgress } from '../../scripts/lib/progress.mjs';
import { dataRoot } from '../../scripts/lib/repo.mjs';
import { startStack } from '../../scripts/lib/stack.mjs';
import type { Bench, BenchContext } from './bench.ts';
import { startClient } from './helpers.ts';
import { FULL, SHORT } from './measure.ts';
import { findBench, listBenches } from './registry.ts';
import { describeReport, type Report, reportOf } from './report.ts';
import { connectStores } from './stores.ts';

const FLAGS = ['--json', '--short'];

await runScript(async () => {
  const args = process.argv.slice(2);
  const [name, ...others] = args.filter((arg) => !FLAGS.includes(arg));
  const bench = findBench(name);
  if (!bench || others.length > 0) {
    const fault = name === undefined ? 'Name a bench.' : `Unknown bench "${[name, ...others].join(' ')}".`;
    throw new Failure(`${fault} There are:\n${listBenches()}\nFlags: ${FLAGS.join(', ')}.`);
  }
  const report = await run(bench, args.includes('--short'));
  console.log(describeReport(report));
  if (args.includes('--json')) console.log(JSON.stringify(report));
}, printFailure);

async function run(bench: Bench, isShort: boolean): Promise<Report> {
  const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl } = process.env;
  if (!redisUrl || !databaseUrl) throw new Failure('Run this as "npm run bench -- <name>".');
  const folder = mkdtempSync(join(dataRoot, `bench-${bench.name}-`));
  onShutdown(() => rmSync(folder, { recursive: true, force: true }));
  const progress = createProgress();
  const name = `bench-${bench.name}-${process.pid}`;
  const stack = await progress.step('services', () =>
    startStack({
      ...{ name, redisUrl, databaseUrl, storefront: false, logDir: join(folder, 'services') },
      ...bench.services,
    }),
  );
  const stores = connectStores(stack);
  onShutdown(stores.close);
  const context: BenchContext = {
    ...stores,
    stack,
    client: await startClient(),
    folder,
    timing: isShort ? SHORT : FULL,
    isShort,
    note: progress.note,
  };
  return reportOf(bench.name, await progress.step(bench.name, () => bench.run(context)), isShort);
}
