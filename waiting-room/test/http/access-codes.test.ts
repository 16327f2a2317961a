/** Joining by an access code over HTTP: what is asked for, refused, counted and never counted twice (ADR 0112, ADR 0113). */
import { randomUUID } from 'node:crypto';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningRoom } from '../../src/start.ts';
import { batchOf, createCodedDrop, newCodeKey, usesOf, wordDigest } from '../support/access-codes.ts';
import { type Answer, send, startTestRoom, type TestRoom, ticketHeader } from '../support/room.ts';

let room: TestRoom;
let other: RunningRoom;
beforeAll(async () => {
  room = await startTestRoom();
  other = await room.another();
});
afterAll(() => room.close());

/** Addresses of their own, so that no test uses up another's wrong codes. */
let people = 0;
const someone = () => ({ 'x-forwarded-for': `10.7.${Math.floor(++people / 250)}.${people % 250}` });

function join(drop: string, body?: object, headers: Record<string, string> = someone(), url = room.url) {
  return send(url, 'POST', `/v1/drops/${drop}/tickets`, { ...(body && { body }), headers });
}

async function coded(options?: Parameters<typeof createCodedDrop>[1]) {
  const made = await createCodedDrop(room.redis, options);
  await waitUntil(async () => {
    const known = [room.url, other.url].map((url) => send(url, 'GET', `/v1/drops/${made.drop}/pulse`));
    return (await Promise.all(known)).every(({ status }) => status === 200);
  });
  return made;
}

const typeOf = ({ status, body }: Answer) => [status, String(body.type).split('/').pop()];

test('promise 8: a missing, a wrong and a used-up code are refused by name, before the router and behind it', async () => {
  const { drop, codeOf } = await coded();
  expect(typeOf(await join(drop))).toEqual([403, 'code-required']);
  // The page's own form of a join, which is answered before the router.
  const plain = await join(drop, { nonce: randomUUID() });
  expect(typeOf(plain)).toEqual([403, 'code-required']);
  expect(plain.body.errors).toEqual([{ field: 'body.code', reason: 'is required' }]);
  expect(typeOf(await join(drop, { code: 'ABCD-EFGH-JKMN-PQRS' }))).toEqual([403, 'code-wrong']);
  expect(typeOf(await join(drop, { code: codeOf(10) }))).toEqual([403, 'code-wrong']);
  expect((await join(drop, { code: codeOf(3) })).status).toBe(201);
  expect(typeOf(await join(drop, { code: codeOf(3) }))).toEqual([403, 'code-used-up']);
  for (const code of [7, '', 'x'.repeat(65), null, ['a']]) {
    const answer = await join(drop, { code });
    expect(typeOf(answer), JSON.stringify(code)).toEqual([400, 'invalid-request']);
    expect(answer.body.errors[0].field).toContain('code');
  }
});

test('promise 7: a join whose answer was lost is sent again, to another instance, and uses the code once', async () => {
  const { drop, codeOf } = await coded();
  const body = { nonce: randomUUID(), code: codeOf(0) };
  const first = await join(drop, body);
  const again = await join(drop, body, someone(), other.url);
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(again.body.publicNumber).toBe(first.body.publicNumber);
  expect(await usesOf(room.redis, drop)).toMatchObject({ '1': '1', '1.0': '1' });
});

test('a code for one is used by one, however many ask two instances at once', async () => {
  const { drop, codeOf } = await coded();
  const urls = Array.from({ length: 20 }, (_, at) => (at % 2 ? room.url : other.url));
  const answers = await Promise.all(
    urls.map((url) => join(drop, { nonce: randomUUID(), code: codeOf(5) }, someone(), url)),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status !== 201).map(typeOf)).toEqual(
    Array.from({ length: 19 }, () => [403, 'code-used-up']),
  );
});

test('who holds a ticket needs no code again; who left before entering goes on with their use', async () => {
  const { drop, codeOf } = await coded();
  const nonce = randomUUID();
  const { body: first } = await join(drop, { nonce, code: codeOf(0) });
  const held = await join(drop, undefined, { ...someone(), ...ticketHeader(first.ticket) });
  expect([held.status, held.body.publicNumber]).toEqual([200, first.publicNumber]);
  await send(room.url, 'DELETE', `/v1/drops/${drop}/ticket`, { headers: ticketHeader(first.ticket) });
  // By the ticket that was given up, and then by the nonce of one.
  const second = await join(drop, { code: codeOf(0) }, { ...someone(), ...ticketHeader(first.ticket) });
  expect(second.status).toBe(201);
  expect(typeOf(await join(drop, { nonce, code: codeOf(0) }))).toEqual([403, 'code-used-up']);
  expect((await usesOf(room.redis, drop))['1.0']).toBe('1');
});

test('promise 9: an address that guesses is told nothing more, not even of a good code; its neighbours are', async () => {
  const { drop, codeOf } = await coded();
  // Its minute begins with the first guess: that of an instance where others have guessed may end at any moment.
  const { url } = await room.another();
  await waitUntil(async () => (await send(url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  const guesser = someone();
  const answers: unknown[] = [];
  for (let guess = 0; guess < 31; guess++)
    answers.push(typeOf(await join(drop, { code: `GUESS-${guess}` }, guesser, url)));
  expect(answers.slice(0, 30)).toEqual(answers.slice(0, 30).map(() => [403, 'code-wrong']));
  expect(answers[30]).toEqual([429, 'rate-limited']);
  const limited = await join(drop, { code: codeOf(0) }, guesser, url);
  expect(typeOf(limited)).toEqual([429, 'rate-limited']);
  expect(limited.headers.get('retry-after')).toBeTruthy();
  expect((await join(drop, { code: codeOf(0) }, someone(), url)).status).toBe(201);
});

test('where no code is needed nobody’s is used, and one that is wrong is said to be', async () => {
  const { drop, codeOf } = await coded({ isRequired: false });
  expect((await join(drop)).status).toBe(201);
  expect((await join(drop, { code: codeOf(0) })).status).toBe(201);
  expect(typeOf(await join(drop, { code: 'NOT-A-CODE' }))).toEqual([403, 'code-wrong']);
  expect(await usesOf(room.redis, drop)).toEqual({});
});

test('a drop whose codes cannot be read right now keeps closed: 503, not open to everybody', async () => {
  const { drop, codeOf } = await coded();
  await room.redis.del(`wr:page:${drop}`);
  await waitUntil(async () => {
    const answer = await join(drop, { code: codeOf(0) });
    return answer.status === 503 && answer.headers.get('retry-after') !== null;
  });
  expect(typeOf(await join(drop))).toEqual([403, 'code-required']);
});

test('promise 2: who bypasses the line stands before all who have not been called, counted and told one by one', async () => {
  const key = newCodeKey();
  const staff = batchOf({
    number: 9,
    kind: 'bypass',
    count: 1,
    usesMax: 2,
    wordDigest: wordDigest(key, 'press-room'),
  });
  const { drop } = await coded({ key, batches: [staff], isRequired: false, policy: { rate_per_minute: 0 } });
  const crowd = [];
  for (let at = 0; at < 5; at++) crowd.push((await join(drop)).body.publicNumber);
  const { body: press } = await join(drop, { code: 'Press Room' });
  const line = await room.redis.zrange(`wr:{${drop}}:waiting`, '0', '-1');
  const control = await room.redis.hgetall(`wr:{${drop}}:control`);
  const called = await room.redis.zcount(`wr:{${drop}}:waiting`, '-inf', control.frontier ?? '0');
  expect(line.indexOf(press.publicNumber)).toBeLessThanOrEqual(called);
  expect(crowd).toHaveLength(5);
  expect(await usesOf(room.redis, drop)).toMatchObject({
    '9': '1',
    '9#1': expect.stringContaining(press.publicNumber),
  });
  // While all have to queue, nobody bypasses and nothing is used.
  await room.redis.hset(`wr:{${drop}}:control`, { override: 'queue_all', policy_version: 2 });
  await waitUntil(
    async () =>
      (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).body.phase === 'paused' ||
      (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).body.phase === 'queue_all',
  );
  const { body: late } = await join(drop, { code: 'press room' });
  expect((await room.redis.zrange(`wr:{${drop}}:waiting`, '-1', '-1'))[0]).toBe(late.publicNumber);
  expect((await usesOf(room.redis, drop))['9']).toBe('1');
});

test('without scripts a form asks for the code, says what is wrong with it, and sent twice uses it once', async () => {
  const { drop, codeOf } = await coded();
  const headers = {
    ...someone(),
    'content-type': 'application/x-www-form-urlencoded',
    'accept-language': 'de',
  };
  const post = (path: string, fields: Record<string, string>) =>
    fetch(`${room.url}/w/${drop}${path}`, {
      ...{ method: 'POST', headers, redirect: 'manual' },
      body: new URLSearchParams(fields),
    });
  const asked = await post('?bind=b', {});
  const page = await asked.text();
  expect(asked.status).toBe(403);
  expect(page).toContain('<title>Bitte einen Zugangscode');
  const [, action = ''] = /action="([^"]+)"/.exec(page) ?? [];
  expect(action).toBe(`/w/${drop}/join?bind=b`);
  const [, nonce = ''] = /name="nonce" value="([^"]+)"/.exec(page) ?? [];
  expect(page).toMatch(/<label[^>]*><span>Zugangscode<\/span><input type="text" name="code"/);
  const wrong = await post('/join', { nonce, code: 'NOT-ONE' });
  expect([wrong.status, (await wrong.text()).includes('Dieser Code ist hier nicht bekannt')]).toEqual([
    403,
    true,
  ]);
  const joined = await post('/join', { nonce, code: codeOf(0) });
  const again = await post('/join', { nonce, code: codeOf(0) });
  expect([joined.status, again.status]).toEqual([303, 303]);
  expect((await usesOf(room.redis, drop))['1']).toBe('1');
  const used = await post('/join', { nonce: 'n'.repeat(32), code: codeOf(0) });
  expect([used.status, (await used.text()).includes('Dieser Code ist verbraucht')]).toEqual([403, true]);
});
