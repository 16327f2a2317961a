/**
 * The least that a join can be: the bare server's route, which answers only once the shopper stands in a sorted set of Redis at the
 * server's time, many in one script call. No ticket, no limit, no policy, no metric. What a join costs beyond it is Sluice's own.
 */
import { createHash } from 'node:crypto';
import fastify from 'fastify';
import { Redis } from 'ioredis';
import type { BaselineRoute } from './baseline.ts';

export interface FloorRoute extends BaselineRoute {
  readonly redisUrl: string;
  readonly key: string;
}

/** As many as the room puts into one call. */
const MEMBERS_MAX = 500;
const ADD = `
  local time = redis.call('TIME')
  local first = time[1] * 1000000 + time[2]
  local added = {}
  for i, member in ipairs(ARGV) do
    added[2 * i - 1], added[2 * i] = first + i, member
  end
  return redis.call('ZADD', KEYS[1], unpack(added))`;
const SHA = createHash('sha1').update(ADD).digest('hex');

interface Joining {
  readonly nonce: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

const { redisUrl, key, ...route } = JSON.parse(process.argv[2] ?? '') as FloorRoute;
const answer = 'x'.repeat(route.answerBytes);
const redis = new Redis(redisUrl);
await redis.script('LOAD', ADD);

let pending: Joining[] = [];
let isRunning = false;

function add(nonce: string): Promise<void> {
  return new Promise((resolve, reject) => {
    pending.push({ nonce, resolve, reject });
    if (isRunning) return;
    isRunning = true;
    setImmediate(() => void drain());
  });
}

/** As the room batches: those of a turn together, and those who come during a call in the next. */
async function drain(): Promise<void> {
  while (pending.length > 0) {
    const joining = pending.slice(0, MEMBERS_MAX);
    pending = pending.slice(joining.length);
    try {
      await redis.evalsha(SHA, 1, key, ...joining.map(({ nonce }) => nonce));
      for (const { resolve } of joining) resolve();
    } catch (error) {
      for (const { reject } of joining) reject(error);
    }
  }
  isRunning = false;
}

const app = fastify();
app.route<{ Body: { nonce: string } }>({
  method: route.method,
  url: route.path,
  handler: async (request, reply) => {
    await add(request.body.nonce);
    reply.code(route.status);
    return answer;
  },
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ port: Number(new URL(url).port) });
process.on('disconnect', () => process.exit());
