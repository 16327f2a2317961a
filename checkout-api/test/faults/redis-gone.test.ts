import { type Relay, startRelay, times, waitUntil } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectSoundBooks } from '../support/books.ts';
import { createDrop } from '../support/checkout-database.ts';
import { send, startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

/** In `npm test` Redis goes and comes back 9 times, in `npm run test:long` 300 times. */
const blows = times(9, 300);
/** More than a tenth of a session's limit, from where on its count is shared through Redis; fewer than the limit. */
const eachTime = 15;
const shoe = [{ sku: 'shoe', quantity: 1 }];

let redis: Relay;
let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await startTestCheckout({}, async (url) => {
    redis = await startRelay(url);
    return redis.url;
  });
});
afterAll(async () => {
  await checkout.close();
  await redis.close();
});

test(
  `promise 7: Redis is cut, frozen and back, ${blows} times: no reservation and no payment is refused, and the public picture is right again`,
  async () => {
    const drop = await createDrop(checkout.db.database, { shoe: 100_000 }, { perShopperLimit: 10_000 });
    const states = [() => redis.cut(), () => redis.mend(), () => redis.silence(), () => redis.mend()];
    let sold = 0;
    let isOver = false;
    const buy = async () => {
      while (!isOver) {
        const shopper = await checkout.enter(drop);
        for (let at = 0; at < eachTime && !isOver; at++) {
          const held = await shopper.reserve(`k-${at}`, shoe);
          expect(held.status, held.text).toBe(201);
          const kept = await shopper.reserve(`kept-${at}`, shoe); // so that its session stays open
          expect(kept.status, kept.text).toBe(201);
          const path = `/v1/reservations/${held.body.id}/payment`;
          const paid = await shopper.call('POST', path, { method: 'sandbox:ok' });
          expect(paid.status, paid.text).toBe(200);
          sold++;
        }
      }
    };
    const buying = Promise.all([buy(), buy(), buy()]).finally(() => {
      isOver = true;
    });
    for (let blow = 0; blow < blows && !isOver; blow++) {
      const before = sold;
      states[blow % states.length]?.();
      await waitUntil(() => isOver || sold >= before + 12, { what: 'sales between blows' });
    }
    isOver = true;
    await buying;
    redis.mend();
    expect((await send(checkout.url, 'GET', '/readyz')).status).toBe(200);
    const reader = new Redis(checkout.redisUrl);
    try {
      await waitUntil(
        async () => {
          const [json, { rows }] = await Promise.all([
            reader.hget(`co:{${drop}}:stock`, 'json'),
            checkout.db.database.query('select available from checkout.balances where drop_id = $1', [drop]),
          ]);
          return json !== null && JSON.parse(json).products[0].available === rows[0].available;
        },
        { what: 'the picture' },
      );
    } finally {
      reader.disconnect();
    }
    await expectSoundBooks(checkout.db.database, drop);
  },
  60_000 + blows * 2000,
);
