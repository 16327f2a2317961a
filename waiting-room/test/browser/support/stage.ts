/** What every browser test of the page stands on: a Redis of its own, a room, one Chromium, and shoppers who come and go. */
import { waitUntil } from '@sluice/service-kit/testing';
import type { Redis } from 'ioredis';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { launchChromium } from '../../../../scripts/lib/launch-chromium.mjs';
import { type RedisServer, startRedisServer } from '../../support/redis-server.ts';
import { startTestRoom, type TestRoom } from '../../support/room.ts';
import { type VisitOptions, type Visitor, visit } from './visitor.ts';

export interface Stage {
  readonly redis: Redis;
  /** Under it. */
  readonly server: RedisServer;
  readonly room: TestRoom;
  /** Starts the room; before this there is only Redis. */
  open(environment?: Record<string, string>): Promise<void>;
  /** A shopper comes, once the room knows the drop. */
  arrive(
    drop: string,
    options?: VisitOptions & { readonly url?: string; readonly browser?: Browser },
  ): Promise<Visitor>;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers whose shape is what they check
  pulseOf(drop: string): Promise<any>;
}

export function setStage(): Stage {
  vi.setConfig({ testTimeout: 90_000 });
  let browser: Browser;
  let server: RedisServer;
  let redis: Redis;
  let room: TestRoom | undefined;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    server = await startRedisServer();
    redis = server.client();
  });
  afterEach(async () => {
    await Promise.all(visitors.splice(0).map((visitor) => visitor.close()));
    await room?.close();
    room = undefined;
    await server.remove();
  });

  const stage: Stage = {
    get redis() {
      return redis;
    },
    get server() {
      return server;
    },
    get room() {
      if (!room) throw new Error('the room is not open');
      return room;
    },
    async open(environment = {}) {
      room = await startTestRoom({ REDIS_URL: `redis://127.0.0.1:${server.port}`, ...environment });
    },
    async arrive(drop, { url = stage.room.url, browser: own = browser, ...options } = {}) {
      await waitUntil(async () => (await fetch(`${url}/v1/drops/${drop}/pulse`)).ok);
      const visitor = await visit(own, url, drop, options);
      visitors.push(visitor);
      return visitor;
    },
    pulseOf: async (drop) => (await fetch(`${stage.room.url}/v1/drops/${drop}/pulse`)).json(),
  };
  return stage;
}
