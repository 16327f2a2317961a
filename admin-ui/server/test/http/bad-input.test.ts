import { afterAll, beforeAll, expect, test } from 'vitest';
import { POLICY_FIELDS, type PolicyField } from '../../src/domain/admission-policy.ts';
import {
  anyPlan,
  inSeconds,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane();
});
afterAll(() => admin?.close());

const PRODUCT = { sku: 'low-41', name: 'Low', priceMinor: 100, stock: 5 };

test('promise 8: a plan with a fault is refused with field and reason, and leaves nothing behind', async () => {
  const plans: [string, Record<string, unknown>, string][] = [
    ['no name', { name: undefined }, 'body.name'],
    ['an empty name', { name: '' }, 'body.name'],
    ['a name too long', { name: 'x'.repeat(201) }, 'body.name'],
    ['a name with NUL', { name: 'a\0b' }, 'body.name'],
    ['a name with half a character', { name: 'a\ud800' }, 'body.name'],
    ['an id with capitals', { id: 'Drop' }, 'body.id'],
    ['an id too long', { id: 'a'.repeat(41) }, 'body.id'],
    ['an id that leads elsewhere', { id: '../x' }, 'body.id'],
    ['an id of rehearsals', { id: 'rehearsal-x' }, 'body.id'],
    ['a currency that there is not', { currency: 'EUQ' }, 'body.currency'],
    ['no opening', { opensAt: undefined }, 'body.opensAt'],
    ['an opening without a zone', { opensAt: '2030-01-01T00:00:00' }, 'body.opensAt'],
    ['an opening on no day', { opensAt: '2030-02-30T00:00:00Z' }, 'body.opensAt'],
    ['an opening in the past', { opensAt: inSeconds(-120) }, 'body.opensAt'],
    ['an opening in a hundred years', { opensAt: '2130-01-01T00:00:00Z' }, 'body.opensAt'],
    ['a number for an opening', { opensAt: 1_900_000_000 }, 'body.opensAt'],
    ['a close before the opening', { closesAt: inSeconds(60) }, 'body.closesAt'],
    ['text for a rate', { admission: { ratePerMinute: '60' } }, 'body.admission.ratePerMinute'],
    ['null for a rate', { admission: { ratePerMinute: null } }, 'body.admission.ratePerMinute'],
    ['a broken rate', { admission: { ratePerMinute: 1.5 } }, 'body.admission.ratePerMinute'],
    ['no sessions at all', { admission: { maxSessions: 0 } }, 'body.admission.maxSessions'],
    ['an unknown mode', { admission: { mode: 'never' } }, 'body.admission.mode'],
    ['an unknown policy', { admission: { speed: 1 } }, 'body.admission.speed'],
    ['an unknown field', { color: 'red' }, 'body.color'],
    ['a seed', { seed: 'ab'.repeat(32) }, 'body.seed'],
    ['a currency in small letters', { currency: 'eur' }, 'body.currency'],
    ['a limit of 0', { perShopperLimit: 0 }, 'body.perShopperLimit'],
    ['no products', { products: [] }, 'body.products'],
    ['products left out', { products: undefined }, 'body.products'],
    ['a product twice', { products: [PRODUCT, PRODUCT] }, 'body.products.1.sku'],
    ['a negative price', { products: [{ ...PRODUCT, priceMinor: -1 }] }, 'body.products.0.priceMinor'],
    ['negative stock', { products: [{ ...PRODUCT, stock: -1 }] }, 'body.products.0.stock'],
    ['a sku with a comma', { products: [{ ...PRODUCT, sku: 'a,b' }] }, 'body.products.0.sku'],
    ['a page that names no shop', { page: { message: { en: 'Hello' } } }, 'body.page.returnOrigins'],
    ['no page at all', { page: undefined }, 'body.page.returnOrigins'],
    ['stock shown a little', { page: { showStock: 'low' } }, 'body.page.showStock'],
    ['a return to nowhere', { page: { defaultReturnTo: 'nowhere' } }, 'body.page.defaultReturnTo'],
    ['a return to script', { page: { defaultReturnTo: 'javascript:alert(1)' } }, 'body.page.defaultReturnTo'],
    [
      'a return to another origin',
      { page: { returnOrigins: ['https://a.example'], defaultReturnTo: 'https://b.example/' } },
      'body.page.defaultReturnTo',
    ],
    [
      'an origin with a path',
      { page: { returnOrigins: ['https://a.example/x'] } },
      'body.page.returnOrigins.0',
    ],
    [
      'an origin in the clear',
      { page: { returnOrigins: ['http://a.example'] } },
      'body.page.returnOrigins.0',
    ],
    ['an origin that is a wildcard', { page: { returnOrigins: ['*'] } }, 'body.page.returnOrigins.0'],
    ['an unknown page field', { page: { html: '<b>' } }, 'body.page.html'],
    ['a message in no language', { page: { message: { english: 'x' } } }, 'body.page.message'],
    ['a message too long', { page: { message: { en: 'x'.repeat(501) } } }, 'body.page.message.en'],
    ['a list for a message', { page: { message: [] } }, 'body.page.message'],
  ];
  for (const [kind, change, field] of plans) {
    const plan = { ...anyPlan(), ...change };
    const answer = await admin.call('POST', '/api/v1/drops', plan);
    expect(answer.status, `${kind}: ${answer.text}`).toBe(400);
    expect(answer.headers.get('content-type'), kind).toContain('application/problem+json');
    const fields = answer.body.errors.map((error: { field: string }) => error.field);
    expect(
      fields.some((one: string) => one.startsWith(field)),
      `${kind}: ${fields}`,
    ).toBe(true);
    for (const { reason, code } of answer.body.errors)
      expect(typeof code, `"${reason}" stands in domain/reasons.ts`).toBe('string');
  }
  expect((await admin.call('GET', '/api/v1/drops')).body.drops).toEqual([]);
  expect(await admin.redis.exists('wr:drops')).toBe(0);
});

test('promise 8: everything that is wrong with a plan is told at once', async () => {
  const answer = await admin.call('POST', '/api/v1/drops', {
    name: '',
    opensAt: inSeconds(-3600),
    closesAt: inSeconds(-7200),
    admission: { ratePerMinute: -1, callWindowSeconds: 5, graceSeconds: 'long', maxSessions: 'many' },
    products: [PRODUCT, PRODUCT],
    page: { returnOrigins: ['ftp://x'] },
    colour: 'red',
  });
  expect(answer.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
    'body.admission.callWindowSeconds',
    'body.admission.graceSeconds',
    'body.admission.maxSessions',
    'body.admission.ratePerMinute',
    'body.closesAt',
    'body.colour',
    'body.name',
    'body.opensAt',
    'body.page.returnOrigins.0',
    'body.products.1.sku',
  ]);
});

test('every bound of the policy table holds on both sides, at creation and live', async () => {
  const { body } = await admin.createDrop();
  const path = `/api/v1/drops/${body.id}/admission`;
  for (const [name, field] of Object.entries(POLICY_FIELDS) as [string, PolicyField][]) {
    if (field.kind !== 'integer' && field.kind !== 'number') continue;
    const step = field.kind === 'integer' ? 1 : 0.01;
    for (const [value, status] of [
      [field.min - step, 400],
      [field.max + step, 400],
      [field.min, 200],
      [field.max, 200],
    ] as const) {
      const answer = await admin.call('PATCH', path, { [name]: value, confirm: true });
      expect(answer.status, `${name} = ${value}: ${answer.text}`).toBe(status);
      if (status === 400) expect(answer.body.errors[0].field).toBe(`body.${name}`);
      else expect(answer.body.admission[name]).toBe(value);
    }
  }
});

test('promise 8: changes and acts with a fault are refused and change nothing', async () => {
  const { body } = await admin.createDrop();
  const path = `/api/v1/drops/${body.id}`;
  const bad: [string, string, unknown, number][] = [
    ['PATCH', '', {}, 400],
    ['PATCH', '', { id: 'other' }, 400],
    ['PATCH', '', { opensAt: inSeconds(-600) }, 400],
    ['PATCH', '', { closesAt: inSeconds(60) }, 400],
    ['PATCH', '', { policyVersion: 9 }, 400],
    ['PATCH', '/admission', {}, 400],
    ['PATCH', '/admission', [], 400],
    ['PATCH', '/admission', 'null', 400],
    ['PATCH', '/admission', { opened_us: 1 }, 400],
    ['PATCH', '/admission', '{"ratePerMinute":', 400],
    ['PATCH', '/page', { message: { en: 5 } }, 400],
    ['PATCH', '/page', { defaultReturnTo: 'https://elsewhere.example/' }, 400],
    ['POST', '/pause', { reason: '' }, 400],
    ['POST', '/pause', { until: 'tomorrow' }, 400],
    ['POST', '/pause', 'paused', 400],
    ['POST', '/pass-through', undefined, 400],
    ['POST', '/pass-through', { owner: 'ada', reason: 'x', seconds: 1e9 }, 400],
    ['POST', '/stock', { sku: 'low-41', delta: 0, reason: 'x' }, 400],
    ['POST', '/stock', { sku: 'low-41', delta: 1.5, reason: 'x' }, 400],
    ['POST', '/stock', { sku: 'low-41', delta: 1 }, 400],
    ['POST', '/open', {}, 404],
    ['PUT', '', {}, 405],
  ];
  for (const [method, rest, given, status] of bad) {
    const answer = await admin.call(method, path + rest, given);
    expect(answer.status, `${method} ${rest} ${JSON.stringify(given)}: ${answer.text}`).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  }
  expect((await admin.call('GET', path)).body.policyVersion).toBe(1);
  const missing = '/api/v1/drops/no-such-drop';
  for (const [method, rest, given] of [
    ['GET', '', undefined],
    ['PATCH', '', { name: 'x' }],
    ['PATCH', '/admission', { ratePerMinute: 1 }],
    ['POST', '/pause', undefined],
    ['GET', '/stock', undefined],
    ['POST', '/stock', { sku: 'a', delta: 1, reason: 'x' }],
  ] as const)
    expect((await admin.call(method, missing + rest, given)).status, `${method} ${rest}`).toBe(404);
  for (const query of ['limit=0', 'limit=201', 'limit=ten', 'after=AAAA', 'after='])
    expect((await admin.call('GET', `/api/v1/drops?${query}`)).status, query).toBe(400);
  expect(await admin.call('GET', '/api/v1/orders?customer=a%00b')).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'querystring.customer', code: 'broken-text' }] },
  });
  expect((await admin.call('POST', `${path}/pause`, '{}', { 'content-type': 'text/xml' })).status).toBe(415);
  expect((await admin.call('POST', '/api/v1/drops', { ...anyPlan(), pad: 'x'.repeat(600_000) })).status).toBe(
    413,
  );
});
