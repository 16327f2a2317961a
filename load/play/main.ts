/** `npm run play`: one whole drop against separate service processes, and a verdict. Exit code 0 when every promise was kept. */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { readDurability } from '../../scripts/lib/durability.mjs';
import { Failure, printFailure } from '../../scripts/lib/failure.mjs';
import { startOwnPostgres } from '../../scripts/lib/own-postgres.mjs';
import { startOwnRedis } from '../../scripts/lib/own-redis.mjs';
import { runScript } from '../../scripts/lib/processes.mjs';
import { startStack } from '../../scripts/lib/stack.mjs';
import { readArguments, usage } from './arguments.ts';
import { harmsOfServices, harmsOfStores, type OwnStores } from './chaos/harms.ts';
import { gatesOf } from './gates/open-gates.ts';
import { playDrop } from './play-drop.ts';
import { createProgressBar } from './report/progress-bar.ts';
import { type Report, summaryOf } from './report/summary.ts';
import { plantFault } from './sabotage/plant-fault.ts';
import { dropDatabase, openPlayFolder } from './stage/play-folder.ts';

/** Between two blows to a service: one is hardly up when the next is struck. */
const SERVICES_REST_MS = [100, 700] as const;
/** Between two blows to a store: a drop heals for some seconds after each restart of Redis, and should get on in between. */
const STORES_REST_MS = [1000, 4000] as const;

await runScript(main, printFailure);

async function main(): Promise<number> {
  const startedAt = performance.now();
  const reading = readArguments(process.argv.slice(2), randomInt(2 ** 31));
  if (!reading.ok) throw new Failure(`${reading.faults.join('\n')}\n\n${usage()}`);
  const args = reading.value;
  const folder = openPlayFolder();
  const stores = args.chaos ? await startOwnStores(folder.path) : undefined;
  const { redisUrl, databaseUrl } = stores
    ? { redisUrl: stores.redis.url, databaseUrl: stores.postgres.url }
    : givenStores();
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
  const chaos = stores && [
    { harms: harmsOfServices(stack), restMs: SERVICES_REST_MS },
    { harms: harmsOfStores(stores), restMs: STORES_REST_MS },
  ];
  const played = await playDrop(args, stack, durability.faults, bar.show, {
    chaos,
    openGates: gatesOf(args.gates, stack),
  });
  bar.end();
  await stack.stop();
  if (stores) await Promise.all([stores.redis.stop(), stores.postgres.remove()]);
  else await dropDatabase(databaseUrl, stack.databaseUrl);

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

/** Chaos breaks its stores: never those that somebody else may be using. */
async function startOwnStores(folder: string): Promise<OwnStores> {
  const [redis, postgres] = await Promise.all([
    startOwnRedis(join(folder, 'redis')),
    startOwnPostgres(join(folder, 'postgres')),
  ]);
  return { redis, postgres };
}

function givenStores(): { redisUrl: string; databaseUrl: string } {
  const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl } = process.env;
  if (!redisUrl || !databaseUrl)
    throw new Failure('REDIS_URL and DATABASE_URL must be set; `npm run play` provides both.');
  return { redisUrl, databaseUrl };
}

function describe(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
