/**
 * The simulated shoppers of `npm start`: people on the sample drop, so that the first thing a newcomer sees is a living
 * waiting room. They take whatever comes, judge nothing, and end by themselves.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { dealCast } from './people/character.ts';
import { createManners } from './people/manners.ts';
import { live } from './people/shopper.ts';
import { createMemory } from './people/world.ts';
import { pause } from './web/patience.ts';
import { createSite, loopback, type Site } from './web/site.ts';

/** The sample drop opens after a minute; one shopper in ten comes later. */
const ARRIVALS_MS = 50_000;
/** People think; a hurried shopper of a play does not. */
const PACE = 15;
const PER_SHOPPER_LIMIT = 2;
const LOOK_EVERY_MS = 3000;
/** Nothing has been for sale for so long: people go home. */
const PATIENCE_MS = 90_000;
/** Whoever forgets a running `npm start` should not be visited for ever. */
const LIFE_MS = 30 * 60_000;
const ADDRESS = '192.0.2.10';

const { values } = parseArgs({
  options: {
    room: { type: 'string' },
    shop: { type: 'string' },
    checkout: { type: 'string' },
    drop: { type: 'string' },
    shoppers: { type: 'string', default: '300' },
    /** ms in which all but a tenth arrive. */
    arrivals: { type: 'string', default: String(ARRIVALS_MS) },
    pace: { type: 'string', default: String(PACE) },
    /** Everybody who gets in buys. */
    buyers: { type: 'boolean', default: false },
  },
});
const { room: roomUrl, checkout: checkoutUrl, drop } = values;
const shoppers = Number(values.shoppers);
if (!roomUrl || !checkoutUrl || !drop || !(shoppers > 0)) {
  process.stderr.write('crowd: --room, --checkout, --drop and --shoppers must be given\n');
  process.exit(2);
}

const ending = new AbortController();
process.once('SIGTERM', () => ending.abort());
process.once('SIGINT', () => ending.abort());
const over = ending.signal;
const room = createSite([loopback(roomUrl)]);
const checkout = createSite([loopback(checkoutUrl)]);
const seed = randomInt(2 ** 31);

const skus = await productsOf(room, drop);
const world = {
  room,
  checkout,
  drop,
  skus,
  perShopperLimit: PER_SHOPPER_LIMIT,
  over,
  memory: createMemory(),
  nextManner: values.buyers ? () => 'buy' as const : createManners(seed),
  pace: Number(values.pace),
};
const endings = new Map<string, number>();
const lives = dealCast({ shoppers, seed, lobbyMs: Number(values.arrivals) }).map(async (character) => {
  const how = await live(world, character).catch((error: unknown) => `gave up: ${String(error)}`);
  endings.set(how, (endings.get(how) ?? 0) + 1);
});
void untilNothingIsLeft().then(() => ending.abort());
await Promise.all(lives);
process.stdout.write(`${JSON.stringify(Object.fromEntries(endings))}\n`);
process.exit(0);

/** What is sold; waits for the first stock picture. */
async function productsOf(site: Site, id: string): Promise<string[]> {
  while (!over.aborted) {
    const skusNow = (await pictureOf(site, id)).map(({ sku }) => sku);
    if (skusNow.length > 0) return skusNow;
    await pause(LOOK_EVERY_MS, over);
  }
  return [];
}

async function pictureOf(site: Site, id: string): Promise<readonly { sku: string; available: number }[]> {
  const request = { method: 'GET', path: `/v1/drops/${id}/products`, address: ADDRESS } as const;
  const answer = await site.ask(request).catch(() => undefined);
  return (answer?.body.products as { sku: string; available: number }[] | undefined) ?? [];
}

async function untilNothingIsLeft(): Promise<void> {
  const endsAt = performance.now() + LIFE_MS;
  let lastSeenAt = performance.now();
  while (!over.aborted && performance.now() < endsAt && performance.now() - lastSeenAt < PATIENCE_MS) {
    const picture = await pictureOf(room, drop as string);
    // No picture is no news: the room or the checkout may be restarting.
    if (picture.length === 0 || picture.some(({ available }) => available > 0))
      lastSeenAt = performance.now();
    await pause(LOOK_EVERY_MS, over);
  }
}
