/** The real checkout, in a process of its own, on the database and Redis of a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SERVICE_TOKEN } from './control-plane.ts';

const entry = fileURLToPath(new URL('../../../../checkout-api/src/server.ts', import.meta.url));

/** Keys that secrets of webhooks are sealed with. */
const WEBHOOK_KEYS = `k1:${Buffer.alloc(32, 1).toString('base64url')}`;
/** Where nobody listens. */
const NO_ROOM = 'http://127.0.0.1:9';

export interface TestCheckout {
  readonly url: string;
  readonly internalUrl: string;
  close(): Promise<void>;
}

/**
 * @param room who signs admissions that it accepts, and is reported to; without it nobody is
 * @param issuer what its tokens say it is, where that is not its address
 */
export async function startCheckout(
  databaseUrl: string,
  redisUrl: string,
  room = NO_ROOM,
  issuer = room,
): Promise<TestCheckout> {
  const child: ChildProcess = spawn(process.execPath, [entry], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      SERVICE_TOKEN,
      ROOM_URLS: room,
      ROOM_ISSUER: issuer,
      TRUSTED_PROXIES: '127.0.0.1/32',
      WEBHOOK_KEYS,
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      LOG_LEVEL: 'info',
    },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const { msg, url, internalUrl } = JSON.parse(line);
    if (msg !== 'listening') continue;
    child.stdout?.resume();
    return {
      url,
      internalUrl,
      async close() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  throw new Error('the checkout ended before it listened');
}
