/** A real room, in a process of its own, on the Redis of a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SERVICE_TOKEN } from './control-plane.ts';

const entry = fileURLToPath(new URL('../../../../waiting-room/src/server.ts', import.meta.url));

/** The room's `PUBLIC_URL`: who its tokens are from, wherever it listens. */
export const ROOM_ISSUER = 'http://localhost:8080';

export interface TestRoom {
  readonly url: string;
  readonly process: ChildProcess;
  close(): Promise<void>;
}

export async function startRoom(redisUrl: string, instance: string): Promise<TestRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-room-'));
  const file = (name: string, content: unknown) => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const secret = randomBytes(32).toString('base64url');
  const child = spawn(process.execPath, [entry], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      REDIS_URL: redisUrl,
      SERVICE_TOKEN,
      INSTANCE_ID: instance,
      PUBLIC_URL: ROOM_ISSUER,
      ADMISSION_KEYS_FILE: file('admission.json', { keys: [{ ...jwk, kid: 'a', alg: 'EdDSA', use: 'sig' }] }),
      TICKET_KEYS_FILE: file('tickets.json', { keys: [{ kid: 1, secret }] }),
      TRUSTED_PROXIES: '127.0.0.1/32',
      LOG_LEVEL: 'info',
    },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, url } = JSON.parse(line);
    if (msg !== 'listening') continue;
    child.stdout.resume();
    return {
      url,
      process: child,
      async close() {
        child.kill('SIGCONT');
        child.kill('SIGTERM');
        await ended;
        rmSync(folder, { recursive: true });
      },
    };
  }
  throw new Error('the room ended before it listened');
}
