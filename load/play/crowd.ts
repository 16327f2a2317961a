/**
 * The simulated shoppers of `npm start`: they come to one drop over most of a minute, wait, shop at a human pace and go home.
 * Nobody judges them; whoever gets stuck just goes.
 */
import { parseArgs } from 'node:util';
import { addressOf, dealCast } from './people/character.ts';
import { createManners } from './people/manners.ts';
import { live } from './people/shopper.ts';
import { createMemory, type World } from './people/world.ts';
import { createSite, type Site } from './web/site.ts';

/** The sample drop opens after a minute; one shopper in ten comes later. */
const ARRIVING_MS = 50_000;
/** Steps of people who read what they are asked, compared with those of a play. */
const PACE = 15;
/** By then the sample drop is over for everybody. */
const HOME_MS = 20 * 60_000;
const KNOWN_MS = 30_000;

const { values } = parseArgs({
  options: {
    room: { type: 'string' },
    shop: { type: 'string' },
    checkout: { type: 'string' },
    drop: { type: 'string' },
    shoppers: { type: 'string', default: '300' },
  },
});
const { drop = '', room: roomUrl = '', checkout: checkoutUrl = '' } = values;
const room = createSite([loopback(roomUrl)]);
const checkout = createSite([loopback(checkoutUrl)]);
const skus = await readSkus(room, drop);
const world: World = {
  room,
  checkout,
  drop,
  skus,
  perShopperLimit: 2,
  over: AbortSignal.timeout(HOME_MS),
  memory: createMemory(),
  nextManner: createManners(drop),
  pace: PACE,
};
const endings = new Map<string, number>();
const cast = dealCast({ shoppers: Number(values.shoppers), seed: drop, lobbyMs: ARRIVING_MS });
await Promise.all(
  cast.map(async (character) => {
    const ending = await live(world, character).catch(
      (error: unknown) => `stuck: ${(error as Error).message}`,
    );
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
  }),
);
await Promise.all([room.close(), checkout.close()]);
console.log(JSON.stringify({ msg: 'everybody went home', drop, endings: Object.fromEntries(endings) }));

/** What the drop sells, from the public stock picture. @throws Error when there is none within 30 s */
async function readSkus(site: Site, of: string): Promise<string[]> {
  for (const endsAt = performance.now() + KNOWN_MS; performance.now() < endsAt; ) {
    const request = { method: 'GET', path: `/v1/drops/${of}/products`, address: addressOf(0) } as const;
    const answer = await site.ask(request).catch(() => undefined);
    const products = answer?.body.products;
    if (answer?.status === 200 && Array.isArray(products) && products.length > 0)
      return products.map(({ sku }: { sku: string }) => sku);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`drop ${of} has no stock picture`);
}

/** A name that resolves twice (::1, 127.0.0.1) costs a try for each connection. */
function loopback(url: string): string {
  return `http://127.0.0.1:${new URL(url).port}`;
}
