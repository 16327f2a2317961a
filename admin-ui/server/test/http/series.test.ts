import { randomBytes } from 'node:crypto';
import { holding, untilWaiting, waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anyPlan, send, startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane();
});
afterAll(() => admin?.close());

const problem = (status: number, type: string) => ({
  status,
  body: { type: expect.stringMatching(new RegExp(`/${type}$`)) },
});
const anySeries = (): string => `weekly-${randomBytes(4).toString('hex')}`;

/** Tomorrow's clock in UTC, so that the first occurrence lies ahead whenever this runs. */
const startsLocal = (): string => new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);

function seriesPlan(more: Record<string, unknown> = {}) {
  const { name, admission, page, products } = anyPlan();
  return {
    ...{ id: anySeries(), name, admission, page, products },
    ...{ rrule: 'FREQ=DAILY', startsLocal: startsLocal(), timeZone: 'UTC', aheadDays: 3, openSeconds: 3600 },
    ...more,
  };
}
const create = (more: Record<string, unknown> = {}) => admin.call('POST', '/api/v1/series', seriesPlan(more));
// biome-ignore lint/suspicious/noExplicitAny: tests read answers whose shape is what they check
const made = (body: any): string[] =>
  body.next
    .filter(({ drop }: { drop: string | null }) => drop !== null)
    .map(({ drop }: { drop: string }) => drop);

test('4.2: a series makes drops of their own, days ahead, each with its place in room and checkout', async () => {
  const { status, body, headers } = await create();
  expect(status).toBe(201);
  expect(headers.get('location')).toBe(`/api/v1/series/${body.id}`);
  expect(made(body)).toHaveLength(2 + (body.next[2].drop ? 1 : 0));
  expect(body.next).toHaveLength(20);
  const [first = ''] = made(body);
  // At once, or as soon as a slow checkout has been told again.
  const drop = await waitUntil(
    async () => {
      const answer = await admin.call('GET', `/api/v1/drops/${first}`);
      const { checkout, room } = answer.body;
      return checkout.status === 'done' && room.status === 'done' ? answer : undefined;
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
  expect(drop.body).toMatchObject({
    name: 'Aurora Low',
    admission: { ratePerMinute: 60 },
    opensAt: body.next[0].opensAt,
    series: { id: body.id, occursLocal: body.next[0].local, isEditedAlone: false },
    checkout: { status: 'done' },
    room: { status: 'done' },
    phase: 'scheduled',
  });
  expect(Date.parse(drop.body.closesAt) - Date.parse(drop.body.opensAt)).toBe(3_600_000);
  const { body: audit } = await admin.call('GET', `/api/v1/drops/${first}/acts`);
  expect(audit.entries[0]).toMatchObject({
    act: 'drop.create',
    actor: 'system',
    reason: `of the series ${body.id}`,
  });
});

test('4.2: an occurrence is made once, whoever makes it and however often', async () => {
  const { body } = await create({
    aheadDays: 1,
    startsLocal: new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 16),
  });
  expect(made(body)).toEqual([]);
  const others = [await admin.another(), await admin.another()];
  expect(others).toHaveLength(2);
  const ask = (url: string) =>
    send(url, 'PATCH', `/api/v1/series/${body.id}`, {
      body: { from: body.next[4].local, name: 'From the fifth on' },
      headers: { authorization: 'Bearer an-operator-key-of-at-least-32-characters' },
    });
  const answers = await Promise.all([admin, ...others].map(({ url }) => ask(url)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const { body: after } = await admin.call('GET', `/api/v1/series/${body.id}`);
  expect(made(after)).toHaveLength(4);
  const { rows } = await admin.database.query(
    'select count(*)::int as n from admin.drops where series_id = $1',
    [body.id],
  );
  expect(rows[0].n).toBe(4);
});

test('4.2: whoever meets an occurrence by its place in the series takes it for made, as by its id', async () => {
  // Two instances that insert one row at once meet in one index or the other, as chance has it; here it is the other.
  const { body } = await create({ aheadDays: 1 });
  const [first = ''] = made(body);
  await admin.database.query(
    `insert into admin.drops select (jsonb_populate_record(d, jsonb_build_object('drop_id', $2::text, 'occurs_local', $3::text))).*
     from admin.drops d where drop_id = $1`,
    [first, `${body.id}-by-another`, body.next[2].local],
  );
  const answer = await admin.call('PATCH', `/api/v1/series/${body.id}`, {
    from: body.next[4].local,
    name: 'From the fifth on',
  });
  expect(answer.status, answer.text).toBe(200);
  expect(made(answer.body)).toHaveLength(4);
});

test('4.2: who makes drops of a series that somebody changes in the same moment makes them as it is then', async () => {
  const { body } = await create({ aheadDays: 1 });
  // Changed by another instance, which has not said so yet when the drops before the fifth are to be made.
  const rename = `update admin.series set name = 'Newer', updated_at = clock_timestamp() where series_id = $1`;
  const edited = await holding(admin.database, [[rename, [body.id]]], async (letGo) => {
    const request = { from: body.next[4].local, perShopperLimit: 3 };
    const editing = admin.call('PATCH', `/api/v1/series/${body.id}`, request);
    await untilWaiting(admin.database, 1);
    await letGo('commit');
    return editing;
  });
  expect(edited.status, edited.text).toBe(200);
  const drops = made(edited.body);
  expect(drops).toHaveLength(4);
  const names = await Promise.all(
    drops.map(async (id) => (await admin.call('GET', `/api/v1/drops/${id}`)).body.name),
  );
  expect(names).toEqual(['Aurora Low', 'Newer', 'Newer', 'Newer']);
});

test('4.2: one drop is edited alone, another with all later ones; what was edited alone stays as it is', async () => {
  const { body } = await create({ aheadDays: 6 });
  const [first = '', second = '', third = '', fourth = '', fifth = ''] = made(body);
  const nameOf = async (id: string) => (await admin.call('GET', `/api/v1/drops/${id}`)).body.name;
  expect(
    (await admin.call('PATCH', `/api/v1/drops/${third}`, { name: 'Mine alone' })).body.series,
  ).toMatchObject({
    isEditedAlone: true,
  });
  const edited = await admin.call('PATCH', `/api/v1/series/${body.id}`, {
    ...{ from: body.next[1].local, name: 'Later ones', admission: { ratePerMinute: 90 }, openSeconds: 7200 },
    page: { message: { de: 'Neu' } },
    reason: 'a bigger checkout',
  });
  expect(edited.status, edited.text).toBe(200);
  expect(edited.body).toMatchObject({ left: [{ drop: third, reason: 'was edited alone' }] });
  expect(edited.body.changed).toEqual(expect.arrayContaining([second, fourth, fifth]));
  expect(await Promise.all([first, second, third, fourth].map(nameOf))).toEqual([
    ...['Aurora Low', 'Later ones', 'Mine alone', 'Later ones'],
  ]);
  const { body: later } = await admin.call('GET', `/api/v1/drops/${fourth}`);
  expect(later).toMatchObject({ admission: { ratePerMinute: 90 }, page: { message: { de: 'Neu' } } });
  expect(later.series.isEditedAlone).toBe(false);
  expect(Date.parse(later.closesAt) - Date.parse(later.opensAt)).toBe(7_200_000);
  // Those that are still to be made begin with it, too.
  const { body: further } = await admin.call('PATCH', `/api/v1/series/${body.id}`, {
    aheadDays: 9,
    from: body.next[8].local,
  });
  expect(await nameOf(made(further).at(-1) ?? '')).toBe('Later ones');
  const { body: audit } = await admin.call('GET', `/api/v1/drops/${second}/acts`);
  expect(audit.entries[0]).toMatchObject({ act: 'series.change', reason: 'a bigger checkout' });
});

test('4.2: what is left out is not made, and after its end nothing is', async () => {
  const plan = seriesPlan();
  const now = Date.now();
  const day = (days: number) => new Date(now + days * 86_400_000).toISOString().slice(0, 16);
  const { body } = await create({ startsLocal: day(1), skipped: [day(2)] });
  expect(body.next.map(({ local }: { local: string }) => local.slice(0, 10))).not.toContain(
    day(2).slice(0, 10),
  );
  expect(
    (await admin.call('POST', `/api/v1/series/${body.id}/end`, { reason: 'no more' })).body,
  ).toMatchObject({
    endedAt: expect.stringContaining('T'),
  });
  expect(
    (await admin.call('GET', `/api/v1/series/${body.id}`)).body.next.every(
      ({ drop }: { drop: unknown }) => drop,
    ),
  ).toBe(true);
  expect(await admin.call('POST', `/api/v1/series/${body.id}/end`, {})).toMatchObject(
    problem(409, 'series-ended'),
  );
  expect(await admin.call('PATCH', `/api/v1/series/${body.id}`, { name: 'x' })).toMatchObject(
    problem(409, 'series-ended'),
  );
  expect(plan.id).not.toBe(body.id);
});

test('promise 8: a series that can not be is refused by field and reason', async () => {
  const { body } = await create();
  expect(await create({ id: body.id })).toMatchObject(problem(409, 'series-exists'));
  expect(await admin.call('GET', '/api/v1/series/no-such')).toMatchObject(problem(404, 'no-such-series'));
  const wrong: [Record<string, unknown>, string][] = [
    [{ rrule: 'FREQ=HOURLY' }, 'body.rrule'],
    [{ timeZone: 'Mars/Olympus' }, 'body.timeZone'],
    [{ startsLocal: '2026-02-30T18:00' }, 'body.startsLocal'],
    [{ startsLocal: '2026-12-01' }, 'body.startsLocal'],
    [{ aheadDays: 0 }, 'body.aheadDays'],
    [{ id: 'a'.repeat(27) }, 'body.id'],
    [{ products: [] }, 'body.products'],
    [{ page: {} }, 'body.page.returnOrigins'],
    [{ page: { returnOrigins: ['http://shop.example'] } }, 'body.page.returnOrigins.0'],
    [{ timeZone: 'Europe/Berlin', startsLocal: '2027-01-01T02:30', rrule: 'FREQ=DAILY' }, 'body.choice'],
    [{ surprise: 1 }, 'body.surprise'],
  ];
  for (const [more, field] of wrong) {
    const answer = await create(more);
    expect(answer.status, `${field} ${answer.text}`).toBe(400);
    expect(answer.body.errors[0], field).toMatchObject({ field });
  }
  const nowhere = await admin.call('PATCH', `/api/v1/series/${body.id}`, {
    from: '2027-01-01T03:33',
    name: 'x',
  });
  expect(nowhere).toMatchObject({ status: 400, body: { errors: [{ field: 'body.from' }] } });
  expect((await admin.call('PATCH', `/api/v1/series/${body.id}`, { products: [] })).status).toBe(400);
});
