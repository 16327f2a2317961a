/** Two rooms as they are shipped, in processes of their own, on one Redis. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createTestRedis, waitUntil } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import { createDrop, newBind, readLog, tune } from '../support/drop.ts';
import {
  createTestKeys,
  joinDrop,
  SERVICE_TOKEN,
  send,
  type TestKeys,
  ticketHeader,
} from '../support/room.ts';

const server = fileURLToPath(new URL('../../src/server.ts', import.meta.url));
const children = new Set<ChildProcess>();
let keys: TestKeys;
let redisUrl: string;
let redis: Redis;

beforeAll(async () => {
  keys = createTestKeys();
  redisUrl = await createTestRedis();
  redis = new Redis(redisUrl);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  redis.disconnect();
  keys.remove();
});

interface Instance {
  readonly url: string;
  readonly internalUrl: string;
  readonly child: ChildProcess;
}

async function startInstance(name: string): Promise<Instance> {
  const child = spawn(process.execPath, [server], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      REDIS_URL: redisUrl,
      SERVICE_TOKEN,
      PUBLIC_URL: 'http://localhost:8080',
      INSTANCE_ID: name,
      PORT: '0',
      INTERNAL_PORT: '0',
      ...keys.environment,
    },
  });
  children.add(child);
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const { msg, url, internalUrl } = JSON.parse(line);
    if (msg === 'listening') {
      child.stdout?.resume();
      return { url, internalUrl, child };
    }
  }
  throw new Error('the room ended before it listened');
}

const pulse = (base: string, drop: string) => send(base, 'GET', `/v1/drops/${drop}/pulse`);

test('a ticket, a turn and a token are the same on both instances, and one of them dying is not noticed', async () => {
  const [one, two] = await Promise.all([startInstance('one'), startInstance('two')]);
  const drop = await createDrop(redis, { policy: { max_sessions: 2 } });
  for (const { url } of [one, two]) await waitUntil(async () => (await pulse(url, drop)).status === 200);

  const tickets: string[] = [];
  for (let i = 0; i < 6; i++) tickets.push(await joinDrop((i % 2 === 0 ? one : two).url, drop));
  // Both serve the same bytes under the same tag.
  await waitUntil(async () => {
    const [first, second] = await Promise.all([pulse(one.url, drop), pulse(two.url, drop)]);
    return first.text === second.text && first.headers.get('etag') === second.headers.get('etag');
  });

  const binds = tickets.map(() => newBind());
  const ask = (base: string, index: number) =>
    send(base, 'POST', `/v1/drops/${drop}/admission`, {
      headers: ticketHeader(tickets[index] as string),
      body: { bind: binds[index], returnTo: 'https://shop.example/' },
    });
  const [first] = await Promise.all(
    [0, 1].map((index) =>
      waitUntil(
        async () => {
          const answer = await ask(index === 0 ? two.url : one.url, index);
          return answer.status === 200 ? answer : null;
        },
        { everyMs: 550 },
      ),
    ),
  );
  expect((await ask(one.url, 0)).body).toEqual(first?.body);

  // maxSessions counts both instances as one; with the first gone the second goes on alone.
  one.child.kill('SIGKILL');
  await waitUntil(async () => (await ask(two.url, 2)).status === 202, { everyMs: 550 });
  expect(await redis.zcard(dropKeys(drop).sessions)).toBe(2);
  await tune(redis, drop, { max_sessions: 3 });
  await waitUntil(async () => (await ask(two.url, 2)).status === 200, { everyMs: 550 });
  expect(await redis.zcard(dropKeys(drop).sessions)).toBe(3);
  // The pulse has a new publisher.
  const { serverTime } = (await pulse(two.url, drop)).body;
  await waitUntil(
    async () => Date.parse((await pulse(two.url, drop)).body.serverTime) > Date.parse(serverTime) + 2000,
  );
  const grants = (await readLog(redis, drop)).filter(({ k }) => k === 'grant').map(({ n }) => n);
  expect(new Set(grants).size).toBe(grants.length);
});

test('promise 7: a room that is told to end has written down every place it acknowledged, and is gone', async () => {
  const { url, child } = await startInstance('ending');
  const drop = await createDrop(redis, { policy: { override: 'paused' } });
  await waitUntil(async () => (await pulse(url, drop)).status === 200);
  const joins = Array.from({ length: 50 }, () => send(url, 'POST', `/v1/drops/${drop}/tickets`));
  await joins[0];
  // Listened for from the beginning: it may be gone before the last answer has been read.
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const answers = await Promise.allSettled(joins);
  expect(await ended).toEqual([0, null]);
  // Connections that had sent nothing yet may be cut; whoever was answered has a place.
  const given = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(given.length).toBeGreaterThan(0);
  for (const { status, body } of given) {
    if (status === 503) continue;
    expect(status).toBe(201);
    expect(await redis.zscore(dropKeys(drop).waiting, body.publicNumber)).not.toBeNull();
  }
});

test('every fault of the configuration is named at once, and the process ends with 2', async () => {
  const child = spawn(process.execPath, [server], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, REDIS_URL: 'localhost', SERVICE_TOKEN: 'short', PORT: 'many' },
  });
  children.add(child);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(2);
  for (const name of [
    'REDIS_URL',
    'SERVICE_TOKEN',
    'PORT',
    'PUBLIC_URL',
    'ADMISSION_KEYS_FILE',
    'TICKET_KEYS_FILE',
  ])
    expect(said).toContain(name);
  expect(said).not.toContain('short');
});
