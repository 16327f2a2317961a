/** `npm run load -- <scenario>`: k6 against separate service processes, and a verdict from the stores. Exit code 0 when all held. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDurability } from '../../scripts/lib/durability.mjs';
import { Failure, printFailure } from '../../scripts/lib/failure.mjs';
import { runScript, startProcess } from '../../scripts/lib/processes.mjs';
import { startStack } from '../../scripts/lib/stack.mjs';
import { createDrop, waitForPhase } from '../lib/drops.ts';
import { dropDatabase, openPlayFolder } from '../play/stage/play-folder.ts';
import { openBooks } from '../play/stage/read-books.ts';
import { readQueue } from '../play/stage/read-queue.ts';
import { type LoadArguments, readArguments } from './arguments.ts';
import { judgeLoad, type K6Summary } from './verdict.ts';

const DROP = 'load';
const SKU = 'load-shoe';
const SETTLING_MS = 30_000;
/** k6 compiles the scenario first; nobody may miss the lobby for that. */
const K6_STARTS_MS = 3000;

await runScript(main, printFailure);

async function main(): Promise<number> {
  const reading = readArguments(process.argv.slice(2));
  if (!reading.ok) throw new Failure(reading.faults.join('\n'));
  const args = reading.value;
  const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, K6_PATH: k6 } = process.env;
  if (!redisUrl || !databaseUrl || !k6)
    throw new Failure('REDIS_URL, DATABASE_URL and K6_PATH must be set; `npm run load` provides them.');

  const folder = openPlayFolder();
  const { instances } = args;
  const stack = await startStack({
    ...{ name: folder.name, redisUrl, databaseUrl, storefront: false, logDir: folder.path },
    ...{ rooms: instances, checkouts: instances },
  });
  const durability = await readDurability({ redisUrl: stack.redisUrl, databaseUrl: stack.databaseUrl });
  const policy = {
    ratePerMinute: args.rate,
    burst: Math.max(1, args.rate / 60),
    maxSessions: Math.max(20, Math.ceil(args.rate / 4)),
  };
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(Date.now() + K6_STARTS_MS + args.lobbySeconds * 1000),
    admission: {
      ...{ lobby: 'draw', lobbySeconds: args.lobbySeconds + 10, ratePerMinute: args.rate, burstSeconds: 1 },
      ...{ maxSessions: policy.maxSessions, callWindowSeconds: 20, graceSeconds: 20 },
    },
    products: [{ sku: SKU, stock: args.stock }],
  });
  const urls = (services: readonly { readonly url: string }[]) =>
    services.map(({ url }) => `http://127.0.0.1:${new URL(url).port}`);
  for (const url of urls(stack.rooms)) await waitForPhase(url, DROP, ['lobby']);

  const summary = join(folder.path, 'k6.json');
  await runK6(k6, args, {
    ROOMS: urls(stack.rooms).join(),
    CHECKOUTS: urls(stack.checkouts).join(),
    SUMMARY: summary,
  });
  const books = await openBooks(stack.databaseUrl, DROP);
  const settledBy = Date.now() + SETTLING_MS;
  while ((await books.countUnsettled()) > 0 && Date.now() < settledBy)
    await new Promise((resolve) => setTimeout(resolve, 200));
  const verdict = judgeLoad({
    summary: JSON.parse(readFileSync(summary, 'utf8')) as K6Summary,
    log: (await readQueue(stack.redisUrl, DROP)).log,
    books: await books.all(),
    stock: args.stock,
    policy,
    durabilityFaults: durability.faults,
  });
  await books.close();
  await stack.stop();
  await dropDatabase(databaseUrl, stack.databaseUrl);

  for (const [name, value] of Object.entries(verdict)) {
    if (typeof value === 'number') process.stdout.write(`${name.padEnd(24)} ${value}\n`);
  }
  for (const fault of verdict.faults) process.stdout.write(`✗ ${fault}\n`);
  process.stdout.write(
    verdict.ok ? '✓ every threshold and every promise was kept\n' : `logs in ${folder.path}\n`,
  );
  if (verdict.ok) folder.remove();
  if (args.json)
    process.stdout.write(`${JSON.stringify({ ...verdict, ...args, durability: durability.settings })}\n`);
  return verdict.ok ? 0 : 1;
}

/** Runs the scenario to its end. Missed thresholds are in its summary; its output goes to stderr, so that stdout is the verdict's. */
async function runK6(k6: string, args: LoadArguments, env: Readonly<Record<string, string>>): Promise<void> {
  const scenario = fileURLToPath(new URL(`./scenarios/${args.scenario}.ts`, import.meta.url));
  const { child } = await startProcess(
    'k6',
    k6,
    ['run', '--quiet', '--no-usage-report', '--address', '', scenario],
    {
      stdio: ['ignore', 2, 2],
      graceMs: 5000,
      env: {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME, ...env, DROP, SKU },
        SHOPPERS: String(args.shoppers),
        LOBBY_SECONDS: String(args.lobbySeconds),
        SELLING_SECONDS: String(args.sellingSeconds),
      },
    },
  );
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  // 99: a threshold was missed, which the verdict tells; anything else is no load at all.
  if (child.exitCode !== 0 && child.exitCode !== 99)
    throw new Failure(`k6 ended with ${child.exitCode ?? child.signalCode}.`);
}
