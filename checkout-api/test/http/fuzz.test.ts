import { readdirSync, readFileSync } from 'node:fs';
import { times } from '@sluice/service-kit/testing';
import { nastyHeader, nastySegment, nastyValue, spoil } from '@sluice/service-kit/testing/spoil';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anyTicket, createDrop } from '../support/checkout-database.ts';
import { send, serviceToken, startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

/** In `npm test` 15 requests a route, in `npm run test:long` 400. */
const requestsEach = times(15, 400);

let checkout: TestCheckout;
let drop: string;
let credentials: string[];
beforeAll(async () => {
  checkout = await startTestCheckout();
  drop = await createDrop(checkout.db.database, { shoe: 1000 }, { perShopperLimit: 1000 });
  const entered = await Promise.all(Array.from({ length: 20 }, () => checkout.enter(drop)));
  credentials = entered.map(({ credential }) => credential);
});
afterAll(() => checkout.close());

const id = '0190a7c0-0000-7000-8000-000000000000';
const lines = [{ sku: 'shoe', quantity: 1 }];
const why = { reason: 'because', actor: 'fuzz' };
const key = { 'idempotency-key': 'k' };

interface Sample {
  body?: unknown;
  headers?: Record<string, string>;
}

/** Every route with a request that is right, from which the wrong ones are made. */
const SAMPLES: Record<string, Sample> = {
  'POST /v1/drops/:drop/session': { headers: { 'sluice-secret': 'x', authorization: 'Bearer x' } },
  'DELETE /v1/drops/:drop/session': {},
  'POST /v1/reservations': { body: { lines }, headers: key },
  'GET /v1/reservations/:id': {},
  'DELETE /v1/reservations/:id': {},
  'POST /v1/reservations/:id/extension': {},
  'POST /v1/reservations/:id/payment': { body: { method: 'sandbox:ok' } },
  'GET /v1/orders/:id': {},
  'POST /v1/webhooks/:provider': {
    body: { id: 'x' },
    headers: { 'webhook-id': 'x', 'stripe-signature': 'x' },
  },
  'PUT /internal/v1/drops/:drop': {
    body: {
      ...{
        name: 'A drop',
        closesAt: null,
        holdSeconds: 480,
        tokenSeconds: 600,
        perShopperLimit: 4,
        currency: 'EUR',
      },
      products: [{ sku: 'shoe', name: 'Shoe', priceMinor: 1000, stock: 5, parts: 1 }],
    },
  },
  'GET /internal/v1/drops/:drop/sales': {},
  'GET /internal/v1/drops/:drop/tickets/:number': {},
  'GET /internal/v1/drops/:drop/stock': {},
  'GET /internal/v1/drops/:drop/stock/:sku': {},
  'PUT /internal/v1/drops/:drop/stock/:sku': {
    body: { total: 1000, ...why },
    headers: { 'if-match': '"0"' },
  },
  'GET /internal/v1/drops/:drop/stock/:sku/movements': {},
  'POST /internal/v1/drops/:drop/stock-movements': { body: { sku: 'shoe', delta: 1, ...why }, headers: key },
  'POST /internal/v1/drops/:drop/revocations': { body: { jtis: ['a'.repeat(43)], ...why } },
  'GET /internal/v1/orders': {},
  'GET /internal/v1/orders/:id': {},
  'GET /internal/v1/orders/:id/story': {},
  'POST /internal/v1/orders/:id/fulfilment': {},
  'POST /internal/v1/orders/:id/cancellation': { body: why, headers: key },
  'POST /internal/v1/orders/:id/refunds': {
    body: { ...why, amountMinor: 5, returnToSale: lines },
    headers: key,
  },
  'POST /internal/v1/webhooks': {
    body: { url: 'https://shop.example/', types: ['order.paid'], drops: ['a'] },
  },
  'GET /internal/v1/webhooks': {},
  'PATCH /internal/v1/webhooks/:id': { body: { url: 'https://shop.example/', enabled: true } },
  'DELETE /internal/v1/webhooks/:id': {},
  'DELETE /internal/v1/drops/:drop': {},
  'POST /internal/v1/webhooks/:id/secret': {},
  'GET /internal/v1/webhooks/:id/deliveries': {},
  'POST /internal/v1/webhooks/:id/replay': { body: { events: [id] } },
  'GET /internal/v1/jobs/dead': {},
  'POST /internal/v1/jobs/dead/:id/replay': {},
};

const nasty = nastyValue([{ __proto__: null }, 'EUR', id, 'shoe', 'sandbox:ok']);

const spoiled = fc.record({
  body: fc.option(fc.record({ path: fc.array(fc.nat(9), { maxLength: 4 }), by: nasty }), { nil: undefined }),
  raw: fc.option(fc.constantFrom('{', '[]', 'null', '"x"', '', '\ufeff{}', '{"lines":1e999}', '\0'), {
    nil: undefined,
    freq: 8,
  }),
  param: fc.option(nastySegment([id.toUpperCase()]), { nil: undefined }),
  header: fc.option(nastyHeader(['k k']), { nil: undefined }),
  query: fc.constantFrom(
    '',
    '?limit=-1',
    '?limit=1e9',
    '?after=%00',
    '?status=x',
    '?status=dead&status=x',
    '?a[b]=c',
    '?=&&%',
  ),
  type: fc.constantFrom(
    'application/json',
    'application/json',
    'application/json',
    'text/plain',
    'application/xml',
  ),
  who: fc.nat(19),
});

test('promise 8: the fuzzed routes are all there are', () => {
  const folder = new URL('../../src/routes/', import.meta.url);
  const inSource = readdirSync(folder).flatMap((file) =>
    [
      ...readFileSync(new URL(file, folder), 'utf8').matchAll(
        /app\.(get|post|put|patch|delete)\(\s*'([^']+)'/g,
      ),
    ].map(([, method = '', url]) => `${method.toUpperCase()} ${url}`),
  );
  expect(Object.keys(SAMPLES).sort()).toEqual(inSource.sort());
});

test.each(Object.keys(SAMPLES))(
  'promise 8: whatever is sent to %s, the answer is never a 5xx',
  async (route) => {
    const [method = '', url = ''] = route.split(' ');
    const { body, headers = {} } = SAMPLES[route] ?? {};
    await fc.assert(
      fc.asyncProperty(spoiled, async (wrong) => {
        const isInternal = url.startsWith('/internal');
        const params: Record<string, string> = { drop, sku: 'shoe', id, provider: 'sandbox' };
        const names = [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
        const spoilt = names.at(-1);
        if (wrong.param !== undefined && spoilt !== undefined) params[spoilt] = wrong.param;
        const path = url.replace(/:(\w+)/g, (_, name) => params[name] ?? '') + wrong.query;
        const sent: Record<string, string> = {
          'x-forwarded-for': `10.${anyTicket().charCodeAt(0)}.${anyTicket().charCodeAt(1)}.${wrong.who + 1}`,
          authorization: isInternal ? `Bearer ${serviceToken}` : `Session ${credentials[wrong.who]}`,
          ...headers,
        };
        const first = Object.keys(headers)[0];
        if (wrong.header !== undefined && first !== undefined) sent[first] = wrong.header;
        const text =
          wrong.raw ?? JSON.stringify(wrong.body ? spoil(body, wrong.body.path, wrong.body.by) : body);
        const answer = await send(isInternal ? checkout.internalUrl : checkout.url, method, path, {
          headers: { ...sent, ...(method !== 'GET' && text !== undefined && { 'content-type': wrong.type }) },
          ...(method !== 'GET' && text !== undefined && { body: text }),
        });
        expect(answer.status, `${method} ${path} ${text} ${answer.text}`).toBeLessThan(500);
        if (answer.status >= 400)
          expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      }),
      { numRuns: requestsEach, endOnFailure: true },
    );
  },
);
