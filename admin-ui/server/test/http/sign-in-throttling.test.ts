import { createHash } from 'node:crypto';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { delaySeconds, FREE_FAILURES, FREE_FAILURES_OF_ACCOUNT } from '../../src/domain/sign-in-delays.ts';
import { send, startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';
import { anyEmail, codeOf, openBrowser, PASSWORD, startPerson, tokenIn } from '../support/people.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane();
});
afterAll(() => admin?.close());

const problem = (status: number, type: string) => ({
  status,
  body: { type: expect.stringMatching(new RegExp(`/${type}$`)) },
});

/**
 * Time stands still, so that no slow machine sits a wait out: what was counted together waits ten minutes more.
 * @returns seconds that it had to wait without that, when its last failure had been counted
 */
async function standStill(counted: string): Promise<number> {
  const { rows } = await admin.database.query(
    `update admin.sign_in_attempts set next_at = next_at + interval '10 minutes' where bucket = $1
     returning extract(epoch from next_at - interval '10 minutes' - last_at)::float8 as seconds`,
    [createHash('sha256').update(counted).digest()],
  );
  return rows[0].seconds;
}

test('a stranger who fails again and again waits longer and longer, and slows nobody else down', async () => {
  const person = await startPerson(admin, 'owner');
  const stranger = openBrowser(admin, '203.0.113.50');
  const guess = () =>
    stranger.call('POST', '/api/v1/session', { email: person.email, password: 'wrong horse battery' });
  const statuses: number[] = [];
  for (let at = 0; at < FREE_FAILURES; at++) statuses.push((await guess()).status);
  expect(statuses).toEqual(Array.from({ length: FREE_FAILURES }, () => 401));
  const delay = delaySeconds(FREE_FAILURES, FREE_FAILURES);
  expect(await standStill(`pair\n${person.email}\n${stranger.address}`)).toBeGreaterThanOrEqual(delay);
  const slowed = await guess();
  expect(slowed).toMatchObject(problem(429, 'rate-limited'));
  expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(slowed.headers.get('retry-after'))).toBeLessThanOrEqual(600 + delay);
  // The right password waits as well, from there.
  const right = { email: person.email, password: PASSWORD, code: codeOf(person.secret, 1) };
  expect((await stranger.call('POST', '/api/v1/session', right)).status).toBe(429);
  // From anywhere else it does not; and a browser that the account knows may even stand behind the stranger's address.
  const known = openBrowser(admin, stranger.address);
  known.jar.set('sluice_device', person.jar.get('sluice_device') ?? '');
  expect((await known.call('POST', '/api/v1/session', right)).status).toBe(201);
  const { text } = await send(admin.internalUrl, 'GET', '/metrics');
  expect(text).toMatch(/^admin_sign_ins_total\{.*outcome="throttled".*\} [1-9]/m);
  expect(text).toMatch(/^admin_sign_ins_total\{.*outcome="refused".*\} [1-9]/m);
});

test('guesses that come at once are counted like guesses one after the other', async () => {
  const stranger = openBrowser(admin, '203.0.113.51');
  const email = anyEmail();
  const startedMs = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 30 }, () =>
      stranger.call('POST', '/api/v1/session', { email, password: 'wrong horse battery' }),
    ),
  );
  // Each try beyond the free ones costs a wait; a slow machine may have sat some of them out meanwhile.
  const satOut = Math.floor(
    (performance.now() - startedMs) / 1000 / delaySeconds(FREE_FAILURES, FREE_FAILURES),
  );
  expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(FREE_FAILURES + satOut);
});

test('the delay in the store is the one of the rule', async () => {
  const email = anyEmail();
  const bucket = createHash('sha256').update(`pair\n${email}\n203.0.113.52`).digest();
  const stranger = openBrowser(admin, '203.0.113.52');
  for (const failures of [4, 5, 8, 30]) {
    await admin.database.query(
      `insert into admin.sign_in_attempts (bucket, failures, next_at) values ($1, $2, now())
       on conflict (bucket) do update set failures = $2, next_at = now()`,
      [bucket, failures - 1],
    );
    await stranger.call('POST', '/api/v1/session', { email, password: 'wrong horse battery' });
    // It is counted from somewhere between the statement's beginning and now.
    const { rows } = await admin.database.query(
      `select failures, next_at >= last_at + $2 * interval '1 second' as is_long_enough,
              next_at <= clock_timestamp() + $2 * interval '1 second' as is_short_enough
         from admin.sign_in_attempts where bucket = $1`,
      [bucket, delaySeconds(failures, FREE_FAILURES)],
    );
    expect(rows[0]).toEqual({ failures, is_long_enough: true, is_short_enough: true });
  }
});

test('failed sign-ins are forgotten after a day: strangers do not fill the table', async () => {
  const keep = (hours: number) =>
    admin.database.query(
      `insert into admin.sign_in_attempts (bucket, failures, last_at, next_at)
       values ($1, 3, now() - make_interval(hours => $2), now())`,
      [createHash('sha256').update(`${anyEmail()} ${hours}`).digest(), hours],
    );
  for (const hours of [23, 25, 26]) await keep(hours);
  const { close } = await admin.another();
  await waitUntil(async () => {
    const { rows } = await admin.database.query<{ hours: number }>(
      `select extract(epoch from now() - last_at)::integer / 3600 as hours from admin.sign_in_attempts
        where last_at < now() - interval '22 hours'`,
    );
    return rows.length === 1 && rows[0]?.hours === 23;
  });
  await close();
});

interface Told {
  readonly seq: number;
  readonly actor: string;
  readonly after: {
    readonly accounts: Readonly<Record<string, number>>;
    readonly unknown: number;
    readonly throttled: number;
  };
}

test('refused sign-ins are one entry of the audit log with their numbers, by account', async () => {
  const person = await startPerson(admin, 'viewer');
  await admin.noteHead();
  const before = (await admin.call('GET', '/api/v1/audit?limit=1')).body.entries[0].seq;
  const browser = openBrowser(admin, '203.0.113.53');
  for (const email of [person.email, person.email, anyEmail()])
    await browser.call('POST', '/api/v1/session', { email, password: 'wrong horse battery' });
  await admin.noteHead();
  const { body } = await admin.call('GET', '/api/v1/audit?act=sign-in.refused');
  // One, or two where the minute of the instance itself was over just then.
  const told: Told[] = body.entries.filter(({ seq }: Told) => seq > before);
  expect(told.length).toBeGreaterThan(0);
  expect(told.length).toBeLessThanOrEqual(2);
  const sum = (of: (after: Told['after']) => number | undefined) =>
    told.reduce((all, { after }) => all + (of(after) ?? 0), 0);
  expect(sum(({ accounts }) => accounts[person.email])).toBe(2);
  expect([sum(({ unknown }) => unknown), sum(({ throttled }) => throttled)]).toEqual([1, 0]);
  for (const { actor } of told) expect(actor).toBe('system');
});

test('4.1: many addresses after one account are slowed down together; a known browser and a link are not', async () => {
  const person = await startPerson(admin, 'owner');
  const bucket = createHash('sha256').update(`account\n${person.email}`).digest();
  await admin.database.query(
    `insert into admin.sign_in_attempts (bucket, failures, next_at) values ($1, $2, now())
     on conflict (bucket) do update set failures = $2`,
    [bucket, FREE_FAILURES_OF_ACCOUNT - 1],
  );
  const guess = (address: string) =>
    openBrowser(admin, address).call('POST', '/api/v1/session', {
      ...{ email: person.email, password: 'wrong horse battery' },
    });
  expect((await guess('203.0.113.101')).status).toBe(401);
  expect(await standStill(`account\n${person.email}`)).toBeGreaterThanOrEqual(
    delaySeconds(FREE_FAILURES_OF_ACCOUNT, FREE_FAILURES_OF_ACCOUNT),
  );
  const slowed = await guess('203.0.113.102');
  expect(slowed).toMatchObject(problem(429, 'rate-limited'));
  expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0);

  const right = (steps: number) => ({
    email: person.email,
    password: PASSWORD,
    code: codeOf(person.secret, steps),
  });
  const known = openBrowser(admin, '203.0.113.103');
  known.jar.set('sluice_device', person.jar.get('sluice_device') ?? '');
  expect((await known.call('POST', '/api/v1/session', right(1))).status).toBe(201);
  // Another account is none of it.
  const other = await startPerson(admin, 'viewer');
  expect(other.id).not.toBe(person.id);
  // A new browser comes by a new link, which makes it known.
  const { body } = await admin.call('POST', `/api/v1/accounts/${person.id}/reset`);
  const fresh = openBrowser(admin, '203.0.113.104');
  await fresh.call('POST', '/api/v1/enrolment', { token: tokenIn(body.link), password: PASSWORD });
  expect(
    await fresh.call('POST', '/api/v1/session', { email: person.email, password: PASSWORD }),
  ).toMatchObject(problem(401, 'mfa-required'));
});
