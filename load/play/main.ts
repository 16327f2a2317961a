/** `npm run play`: one whole drop against separate service processes, and a verdict. Exit code 0 when every promise was kept. */
import { randomInt } from 'node:crypto';
import { readDurability } from '../../scripts/lib/durability.mjs';
import { Failure, printFailure } from '../../scripts/lib/failure.mjs';
import { runScript } from '../../scripts/lib/processes.mjs';
import { startStack } from '../../scripts/lib/stack.mjs';
import { readArguments, usage } from './arguments.ts';
import { playDrop } from './play-drop.ts';
import { createProgressBar } from './report/progress-bar.ts';
import { type Report, summaryOf } from './report/summary.ts';
import { plantFault } from './sabotage/plant-fault.ts';
import { dropDatabase, openPlayFolder } from './stage/play-folder.ts';

await runScript(main, printFailure);

async function main(): Promise<number> {
  const startedAt = performance.now();
  const reading = readArguments(process.argv.slice(2), randomInt(2 ** 31));
  if (!reading.ok) throw new Failure(`${reading.faults.join('\n')}\n\n${usage()}`);
  const args = reading.value;
  const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl } = process.env;
  if (!redisUrl || !databaseUrl)
    throw new Failure('REDIS_URL and DATABASE_URL must be set; `npm run play` provides both.');

  const folder = openPlayFolder();
  const root = args.sabotage === undefined ? undefined : plantFault(args.sabotage, folder.path);
  const stack = await startStack({
    name: folder.name,
    redisUrl,
    databaseUrl,
    rooms: args.instances,
    checkouts: args.instances,
    storefront: false,
    logDir: folder.path,
    ...(root && { root }),
  });
  const durability = await readDurability({ redisUrl: stack.redisUrl, databaseUrl: stack.databaseUrl });
  const bar = createProgressBar();
  const played = await playDrop(args, stack, durability.faults, bar.show);
  bar.end();
  await stack.stop();
  await dropDatabase(databaseUrl, stack.databaseUrl);

  const { instances, seed } = args;
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const report: Report = { ...played, instances, seed, seconds };
  process.stdout.write(`${summaryOf(report)}\n`);
  process.stdout.write(`durable    ${describe(durability.settings)}\n`);
  if (played.verdict.ok) folder.remove();
  else process.stdout.write(`logs       ${folder.path}\n`);
  if (args.json) {
    const { verdict, ...rest } = report;
    process.stdout.write(`${JSON.stringify({ ...verdict, ...rest, durability: durability.settings })}\n`);
  }
  return played.verdict.ok ? 0 : 1;
}

function describe(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
