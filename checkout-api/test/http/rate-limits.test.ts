import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDrop } from '../support/checkout-database.ts';
import { shopperOf, startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await startTestCheckout();
});
afterAll(() => checkout.close());

const hat = [{ sku: 'hat', quantity: 1 }];

/** The window in which a request made now is counted; all instances have the same. */
const window = () => Math.floor(Date.now() / 60_000);

test('a session that hammers reservations is told to wait, on every instance, and its neighbours are not', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const other = await checkout.another();
  let began: number;
  do {
    // With another shopper where a window ended meanwhile: the next one counts from nothing.
    began = window();
    const [eager, calm] = [await checkout.enter(drop), await checkout.enter(drop)];
    for (let at = 0; at < 120; at++) expect((await eager.reserve(`k${at}`, hat)).status).toBe(404);
    const refused = await eager.reserve('k', hat);
    if (window() !== began) continue;
    expect(refused).toMatchObject({
      status: 429,
      body: { type: expect.stringContaining('rate-limited'), status: 429 },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await calm.reserve('k', hat)).status).toBe(404);
    const elsewhere = shopperOf(other.url, eager.jti, eager.credential);
    let asked = 0;
    await expect
      .poll(async () => (await elsewhere.reserve(`e${asked++}`, hat)).status, {
        timeout: 10_000,
        interval: 60,
      })
      .toBe(429);
    if (window() === began) expect(asked).toBeLessThan(100);
  } while (window() !== began);
}, 60_000);
