/** A whole control plane in this process, on real Postgres, Redis and checkout, each behind a road that can be cut. */
import { randomBytes } from 'node:crypto';
import { createLogger } from '@sluice/service-kit';
import { createTestDatabase, createTestRedis, waitUntil } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import pg from 'pg';
import { readConfig } from '../../src/config.ts';
import { type RunningControlPlane, startControlPlane } from '../../src/start.ts';
import { startCheckout } from './checkout.ts';
import { type Road, startRoad } from './road.ts';
import { ROOM_ISSUER, startRoom, type TestRoom } from './room.ts';
import { buy, type Purchase, startIssuer } from './shop.ts';

export const SERVICE_TOKEN = 'a-service-token-of-at-least-32-characters';
export const OPERATOR_KEY = 'an-operator-key-of-at-least-32-characters';
export const SEED_KEY = Buffer.alloc(32, 7).toString('base64url');

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers whose shape is what they check
  readonly body: any;
}

export interface TestControlPlane extends RunningControlPlane {
  /** Straight to the stores, past the roads. */
  readonly redis: Redis;
  readonly database: pg.Pool;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly roads: { readonly redis: Road; readonly postgres: Road; readonly checkout: Road };
  /** Null unless it was asked for. */
  readonly room: TestRoom | null;
  readonly checkoutUrl: string;
  /** As an operator; a body is sent as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Schedules a drop of its own; `plan` replaces what it states. Room and checkout know it then, unless a road is not open. */
  createDrop(plan?: Record<string, unknown>): Promise<Answer>;
  /** A shopper who is let in, holds and pays, at the real checkout. */
  buy(wish: Parameters<typeof buy>[2]): Promise<Purchase>;
  /** One more instance on the same stores. */
  another(environment?: Record<string, string>): Promise<RunningControlPlane>;
}

export function anyDrop(): string {
  return `drop-${randomBytes(6).toString('hex')}`;
}

/** A plan that says everything a merchant must. */
export function anyPlan(): Record<string, unknown> & { id: string } {
  return {
    id: anyDrop(),
    name: 'Aurora Low',
    opensAt: inSeconds(3600),
    admission: { ratePerMinute: 60 },
    page: { returnOrigins: ['https://shop.example'], defaultReturnTo: 'https://shop.example/buy' },
    products: [
      { sku: 'low-41', name: 'Aurora Low, size 41', priceMinor: 12_900, stock: 60 },
      { sku: 'low-42', name: 'Aurora Low, size 42', priceMinor: 12_900, stock: 80 },
    ],
  };
}

export const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

export async function send(
  base: string,
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { body, headers } = options;
  const response = await fetch(new URL(path, base), {
    method,
    redirect: 'manual',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.match(/[/+]json\b/);
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text ? JSON.parse(text) : undefined,
  };
}

export interface TestControlPlaneOptions {
  /** With a real room: whoever enters there can shop at the checkout, which reports to it. */
  readonly withRoom?: boolean;
}

export async function startTestControlPlane({
  withRoom = false,
}: TestControlPlaneOptions = {}): Promise<TestControlPlane> {
  const { url: databaseUrl, drop: dropDatabase } = await createTestDatabase();
  const redisUrl = await createTestRedis();
  const issuer = await startIssuer();
  const room = withRoom ? await startRoom(redisUrl, 'room-1') : null;
  const checkout = room
    ? await startCheckout(databaseUrl, redisUrl, room.url, ROOM_ISSUER)
    : await startCheckout(databaseUrl, redisUrl, issuer.url);
  const roads = {
    redis: await startRoad(redisUrl, 6379),
    postgres: await startRoad(databaseUrl, 5432),
    checkout: await startRoad(checkout.internalUrl, 80),
  };
  const log = createLogger({ name: 'admin-server', level: 'silent', pretty: false, instance: 'test' });
  const others: RunningControlPlane[] = [];
  const start = (more: Record<string, string> = {}) =>
    startControlPlane(
      log,
      readConfig({
        REDIS_URL: roads.redis.url,
        DATABASE_URL: roads.postgres.url,
        CHECKOUT_INTERNAL_URL: roads.checkout.url,
        SERVICE_TOKEN,
        OPERATOR_KEY,
        SEED_KEY,
        TRUSTED_PROXIES: '127.0.0.1/32',
        INSTANCE_ID: 'test',
        ...(room && { ROOM_URL: room.url, CHECKOUT_URL: checkout.url }),
        ...more,
      }),
    );
  const running = await start().catch(async (error: unknown) => {
    await checkout.close();
    await issuer.close();
    await room?.close();
    throw error;
  });
  const redis = new Redis(redisUrl);
  const database = new pg.Pool({ connectionString: databaseUrl, max: 3 });
  database.on('error', () => {});
  const call: TestControlPlane['call'] = (method, path, body, headers) =>
    send(running.url, method, path, {
      body,
      headers: { authorization: `Bearer ${OPERATOR_KEY}`, ...headers },
    });
  return {
    ...running,
    redis,
    database,
    databaseUrl,
    redisUrl,
    roads,
    room,
    checkoutUrl: checkout.url,
    call,
    async createDrop(plan = {}) {
      const made = await call('POST', '/api/v1/drops', { ...anyPlan(), ...plan });
      const isKnown = ({ body }: Answer) =>
        body.room.status !== 'pending' && body.checkout.status !== 'pending';
      if (made.status !== 201 || isKnown(made) || Object.values(roads).some(({ isOpen }) => !isOpen))
        return made;
      // Room or checkout were too slow for the one answer, and are told again.
      const told = await waitUntil(
        async () => {
          const answer = await call('GET', `/api/v1/drops/${made.body.id}`);
          return answer.status === 200 && isKnown(answer) ? answer : undefined;
        },
        { timeoutMs: 60_000, everyMs: 200 },
      );
      return { ...made, body: told.body, text: told.text };
    },
    buy: (wish) => buy(checkout.url, issuer, wish),
    async another(environment) {
      const other = await start(environment);
      others.push(other);
      return other;
    },
    async close() {
      await Promise.all([running, ...others].map((one) => one.close()));
      await checkout.close();
      await issuer.close();
      await room?.close();
      await Promise.all(Object.values(roads).map((road) => road.close()));
      redis.disconnect();
      await database.end();
      await dropDatabase();
    },
  };
}
