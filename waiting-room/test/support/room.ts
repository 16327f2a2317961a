/** Whole instances of the room in this process, on real Redis, and the ways shoppers and services talk to them. */
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, openRedis } from '@sluice/service-kit';
import { createTestRedis, waitUntil } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { readConfig } from '../../src/config.ts';
import { type RunningRoom, startRoom } from '../../src/start.ts';

export const SERVICE_TOKEN = 'a-service-token-of-at-least-32-characters';

export interface TestKeys {
  readonly environment: { readonly ADMISSION_KEYS_FILE: string; readonly TICKET_KEYS_FILE: string };
  remove(): void;
}

/** Key files as an operator provides them. */
export function createTestKeys(): TestKeys {
  const folder = mkdtempSync(join(tmpdir(), 'room-keys-'));
  const { kty, crv, x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const admission = join(folder, 'admission.json');
  const ticket = join(folder, 'ticket.json');
  writeFileSync(admission, JSON.stringify({ keys: [{ kid: 'a1', kty, crv, x, d }] }));
  writeFileSync(
    ticket,
    JSON.stringify({ keys: [{ kid: 1, secret: randomBytes(32).toString('base64url') }] }),
  );
  return {
    environment: { ADMISSION_KEYS_FILE: admission, TICKET_KEYS_FILE: ticket },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface TestRoom {
  readonly url: string;
  readonly internalUrl: string;
  readonly redis: Redis;
  readonly redisUrl: string;
  /** One more instance on the same Redis with the same keys. */
  another(environment?: Record<string, string>): Promise<RunningRoom>;
  close(): Promise<void>;
}

/** @param sharedKeys the caller's, for an installation whose instances come and go */
export async function startTestRoom(
  environment: Record<string, string> = {},
  sharedKeys?: TestKeys,
): Promise<TestRoom> {
  const keys = sharedKeys ?? createTestKeys();
  const redisUrl = environment.REDIS_URL ?? (await createTestRedis());
  const running: RunningRoom[] = [];
  const start = async (more: Record<string, string> = {}) => {
    const config = readConfig({
      REDIS_URL: redisUrl,
      SERVICE_TOKEN,
      PUBLIC_URL: 'http://localhost:8080',
      TRUSTED_PROXIES: '127.0.0.1/32',
      INSTANCE_ID: `test-${running.length}`,
      ...keys.environment,
      ...environment,
      ...more,
    });
    const log = createLogger({ name: 'waiting-room', level: 'silent', pretty: false, instance: 'test' });
    const room = await startRoom(log, config);
    running.push(room);
    return room;
  };
  const first = await start();
  const redis = redisUrl.includes(',') ? openRedis({ url: redisUrl, name: 'test' }) : new Redis(redisUrl);
  redis.on('error', () => {});
  return {
    url: first.url,
    internalUrl: first.internalUrl,
    redis,
    redisUrl,
    another: start,
    async close() {
      await Promise.all(running.map((room) => room.close()));
      redis.disconnect();
      if (sharedKeys === undefined) keys.remove();
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers whose shape is what they check
  readonly body: any;
}

/** One request, answered in full. */
export async function send(
  base: string,
  method: string,
  path: string,
  { body, headers }: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(new URL(path, base), {
    method,
    redirect: 'manual',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

/** Joins and returns the ticket. As a page does, it comes again when it is told to, with the same nonce: one place. */
export async function joinDrop(
  base: string,
  drop: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const body = { nonce: randomUUID() };
  const answer = await waitUntil(async () => {
    const now = await send(base, 'POST', `/v1/drops/${drop}/tickets`, { headers, body });
    return now.status === 503 ? null : now;
  });
  if (answer.status !== 201 && answer.status !== 200)
    throw new Error(`no place: ${answer.status} ${answer.text}`);
  return answer.body.ticket;
}

export const ticketHeader = (ticket: string) => ({ authorization: `Ticket ${ticket}` });
