/** The real checkout, in a process of its own, on the database and Redis of a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SERVICE_TOKEN } from './control-plane.ts';

const entry = fileURLToPath(new URL('../../../../checkout-api/src/server.ts', import.meta.url));

export interface TestCheckout {
  readonly internalUrl: string;
  close(): Promise<void>;
}

export async function startCheckout(databaseUrl: string, redisUrl: string): Promise<TestCheckout> {
  const child: ChildProcess = spawn(process.execPath, [entry], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      SERVICE_TOKEN,
      ROOM_URLS: 'http://127.0.0.1:9',
      ROOM_ISSUER: 'http://127.0.0.1:9',
      LOG_LEVEL: 'info',
    },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const { msg, internalUrl } = JSON.parse(line);
    if (msg !== 'listening') continue;
    child.stdout?.resume();
    return {
      internalUrl,
      async close() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  throw new Error('the checkout ended before it listened');
}
