/** A whole checkout instance in this process, on real Postgres and Redis, with a stand-in for the waiting room. */
import { createLogger } from '@sluice/service-kit';
import { createTestRedis } from '@sluice/service-kit/testing';
import { readConfig } from '../../src/config.ts';
import { type RunningCheckout, startCheckout } from '../../src/start.ts';
import { type CheckoutDatabase, createCheckoutDatabase } from './checkout-database.ts';
import { startTestRoom, type TestRoom } from './room.ts';

export const serviceToken = 'a-service-token-of-at-least-32-characters';

/** Keys that secrets of webhooks are sealed with. */
export const webhookKeys = `k1:${Buffer.alloc(32, 1).toString('base64url')}`;

export interface TestCheckout extends RunningCheckout {
  db: CheckoutDatabase;
  room: TestRoom;
  /** Of Redis itself, whatever stands before it. */
  redisUrl: string;
  /** Starts one more instance on the same stores. */
  another(environment?: Record<string, string>): Promise<RunningCheckout>;
  /** A session opened over HTTP. */
  enter(drop: string, claims?: Record<string, unknown>): Promise<TestShopper>;
}

export interface TestShopper {
  jti: string;
  credential: string;
  /** A request in this session. A body is sent as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Reserves under a key. */
  reserve(key: string, lines: unknown): Promise<Answer>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers whose shape is what they check
  body: any;
}

/** One HTTP request, answered in full. */
export async function send(
  base: string,
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { body, headers } = options;
  const response = await fetch(new URL(path, base), {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

/** The session of an admission, as a client that sends its credential in the header. */
export function shopperOf(base: string, jti: string, credential: string): TestShopper {
  const call: TestShopper['call'] = (method, path, body, headers) =>
    send(base, method, path, { body, headers: { authorization: `Session ${credential}`, ...headers } });
  return {
    jti,
    credential,
    call,
    reserve: (key, lines) => call('POST', '/v1/reservations', { lines }, { 'idempotency-key': key }),
  };
}

/** @param through the way to Redis: takes its address and gives the one that the instances are told */
export async function startTestCheckout(
  environment: Record<string, string> = {},
  through: (redisUrl: string) => Promise<string> = async (url) => url,
): Promise<TestCheckout> {
  const db = await createCheckoutDatabase();
  const room = await startTestRoom();
  const redisUrl = await createTestRedis();
  const toldUrl = await through(redisUrl);
  const others: RunningCheckout[] = [];
  const start = (more: Record<string, string> = {}) => {
    const config = readConfig({
      REDIS_URL: toldUrl,
      DATABASE_URL: db.url,
      SERVICE_TOKEN: serviceToken,
      WEBHOOK_KEYS: webhookKeys,
      ROOM_URLS: room.url,
      ROOM_ISSUER: room.url,
      TRUSTED_PROXIES: '127.0.0.1/32',
      ...environment,
      ...more,
    });
    return startCheckout(
      createLogger({ name: 'checkout-api', level: 'silent', pretty: false, instance: 'test' }),
      config,
    );
  };
  const running = await start();
  return {
    ...running,
    db,
    room,
    redisUrl,
    async another(more) {
      const other = await start({ INSTANCE_ID: `other-${others.length}`, ...more });
      others.push(other);
      return other;
    },
    async enter(drop, claims) {
      const { token, secret, jti } = await room.admit(drop, claims);
      const answer = await send(running.url, 'POST', `/v1/drops/${drop}/session`, {
        headers: { authorization: `Bearer ${token}`, 'sluice-secret': secret },
      });
      if (answer.status !== 201) throw new Error(`not let in: ${answer.status} ${answer.text}`);
      return shopperOf(running.url, jti, answer.body.token);
    },
    async close() {
      await Promise.all([running, ...others].map((one) => one.close()));
      await room.close();
      await db.close();
    },
  };
}
