import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  anyDrop,
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

/** A day of next winter, far from any change of clocks. */
const year = new Date().getUTCFullYear() + 1;
const type = (name: string) => ({ type: expect.stringMatching(new RegExp(`/${name}$`)) });

test('a drop planned by the clocks of a zone opens at the instant they mean, and is shown by them', async () => {
  const { opensAt: _, ...plan } = anyPlan();
  const made = await admin.call('POST', '/api/v1/drops', {
    ...plan,
    timeZone: 'america/new_york',
    opensAtLocal: `${year}-01-15T09:30`,
    closesAtLocal: `${year}-01-15T21:30`,
  });
  expect(made).toMatchObject({
    status: 201,
    body: {
      timeZone: 'America/New_York',
      opensAt: `${year}-01-15T14:30:00.000Z`,
      opensAtLocal: `${year}-01-15T09:30:00-05:00`,
      closesAtLocal: `${year}-01-15T21:30:00-05:00`,
    },
  });
  const opensUs = await admin.redis.hget(`wr:{${made.body.id}}:control`, 'opens_us');
  expect(opensUs).toBe(String(Date.parse(`${year}-01-15T14:30:00Z`) * 1000));
  // A change is meant in the drop's own zone, unless another one is stated with it.
  const path = `/api/v1/drops/${made.body.id}`;
  const later = await admin.call('PATCH', path, { opensAtLocal: `${year}-01-15T10:00` });
  expect(later.body.opensAt).toBe(`${year}-01-15T15:00:00.000Z`);
  const moved = await admin.call('PATCH', path, {
    timeZone: 'Europe/Berlin',
    closesAtLocal: `${year}-01-16T00:00`,
  });
  expect(moved.body).toMatchObject({
    closesAt: `${year}-01-15T23:00:00.000Z`,
    opensAtLocal: `${year}-01-15T16:00:00+01:00`,
  });
});

test('a clock time that does not exist or exists twice is refused with its reason, at creation, change and cloning', async () => {
  const { opensAt: _, ...plan } = anyPlan();
  const { id } = (await admin.createDrop({ timeZone: 'Europe/Berlin' })).body;
  const [gap, overlap] = ['2027-03-28T02:30', '2027-10-31T02:30'];
  for (const [method, path, body] of [
    ['POST', '/api/v1/drops', { ...plan, timeZone: 'Europe/Berlin' }],
    ['PATCH', `/api/v1/drops/${id}`, {}],
    ['POST', `/api/v1/drops/${id}/clone`, { timeZone: 'Europe/Berlin' }],
  ] as const) {
    for (const [local, reason] of [
      [gap, /does not exist in Europe\/Berlin/],
      [overlap, /happens twice in Europe\/Berlin/],
    ] as const)
      expect(
        await admin.call(method, path, { ...body, opensAtLocal: local }),
        `${method} ${local}`,
      ).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'body.opensAtLocal', reason: expect.stringMatching(reason) }] },
      });
  }
  const chosen = await admin.call('PATCH', `/api/v1/drops/${id}`, {
    opensAtLocal: overlap,
    opensAtChoice: 'later',
  });
  expect(chosen.body.opensAtLocal).toBe('2027-10-31T02:30:00+01:00');
});

test('impossible schedules are refused with field and reason', async () => {
  const { opensAt: _, ...plan } = anyPlan();
  for (const [schedule, field] of [
    [{}, 'body.opensAt'],
    [{ timeZone: 'Mars/Olympus', opensAtLocal: `${year}-01-15T09:30` }, 'body.timeZone'],
    [{ opensAt: inSeconds(60), opensAtLocal: `${year}-01-15T09:30` }, 'body.opensAtLocal'],
    [{ opensAtLocal: `${year}-01-15 09:30` }, 'body.opensAtLocal'],
    [{ opensAtLocal: `${year}-02-30T09:30` }, 'body.opensAtLocal'],
    [{ opensAtLocal: '2020-01-15T09:30' }, 'body.opensAt'],
    [{ opensAtLocal: `${year}-01-15T09:30`, closesAtLocal: `${year}-01-15T09:00` }, 'body.closesAt'],
    [{ opensAtLocal: `${year}-01-15T09:30`, opensAtChoice: 'never' }, 'body.opensAtChoice'],
  ] as const) {
    const answer = await admin.call('POST', '/api/v1/drops', { ...plan, ...schedule });
    expect(answer.status, JSON.stringify(schedule)).toBe(400);
    const fields = answer.body.errors.map((error: { field: string }) => error.field);
    expect(fields, JSON.stringify(schedule)).toContain(field);
  }
});

test('a clone is a drop of its own: same plan and stock at the start, its own schedule, seed and versions', async () => {
  const source = await admin.createDrop({
    admission: { ratePerMinute: 77, maxSessions: 9 },
    page: { ...(anyPlan().page as object), message: { en: 'Hello' } },
    closesAt: inSeconds(3600 + 7200),
  });
  await admin.call('POST', `/api/v1/drops/${source.body.id}/pause`);
  await admin.call('POST', `/api/v1/drops/${source.body.id}/stock`, {
    sku: 'low-41',
    delta: 5,
    reason: 'restock',
  });
  const opensAt = inSeconds(86_400);
  const clone = await admin.call('POST', `/api/v1/drops/${source.body.id}/clone`, {
    opensAt,
    reason: 'again',
  });
  const { admission, page, perShopperLimit, currency, products, name } = source.body;
  expect(clone).toMatchObject({
    status: 201,
    body: {
      admission,
      page,
      perShopperLimit,
      currency,
      products,
      name,
      override: '',
      policyVersion: 1,
      opensAt,
    },
  });
  // The source's two times come from two looks at the clock, so it is its own duration that has to be kept.
  const openMs = Date.parse(source.body.closesAt) - Date.parse(source.body.opensAt);
  expect(Date.parse(clone.body.closesAt)).toBe(Date.parse(opensAt) + openMs);
  expect(clone.body.id).not.toBe(source.body.id);
  expect(clone.body.commit).not.toBe(source.body.commit);
  const stock = await admin.call('GET', `/api/v1/drops/${clone.body.id}/stock`);
  expect(stock.body.products[0]).toMatchObject({ sku: 'low-41', available: 60 });
  const { entries } = (await admin.call('GET', `/api/v1/drops/${clone.body.id}/acts`)).body;
  expect(entries).toMatchObject([{ act: 'drop.clone', reason: 'again', after: { cloneOf: source.body.id } }]);
  const path = `/api/v1/drops/${source.body.id}/clone`;
  expect(await admin.call('POST', path, { id: source.body.id, opensAt })).toMatchObject({
    status: 409,
    body: type('drop-exists'),
  });
  expect(await admin.call('POST', `/api/v1/drops/${anyDrop()}/clone`, { opensAt })).toMatchObject({
    status: 404,
  });
  expect((await admin.call('POST', path, {})).status).toBe(400);
  expect((await admin.call('POST', path, { opensAt, products: [] })).status).toBe(400);
});
