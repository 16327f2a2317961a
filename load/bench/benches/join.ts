/**
 * Joins after opening: each request a new shopper with a nonce of the page's making, from one of 8,192 addresses. Every
 * ticket that was acknowledged is looked up in Redis afterwards. Beside the bare POST stands the least that puts somebody into a
 * sorted set (join-floor.ts): how much of the distance is Redis's and the batch's, and how much is the room's.
 */
import { join as joinFile } from 'node:path';
import { createDrop, waitForPhase } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { compareOverHttp, roomTarget } from '../compare-over-http.ts';
import { redisCpuMs } from '../cpu.ts';
import { startFloor } from '../helpers.ts';
import { ADDRESSES, joinOnce, joinPath, saveJoins } from '../shoppers.ts';
import { demandAllWaiting } from '../waiting-tickets.ts';

const DROP = 'bench-join';
const PUBLIC_NUMBER_CHARS = 43;

export const join: Bench = {
  name: 'join',
  summary: 'joins, each a new shopper, against a bare POST',
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, redis, folder } = context;
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(),
    // Nobody comes forward here: windows longer than the bench keep the acknowledged tickets where they are counted.
    admission: { lobby: 'fifo', lobbySeconds: 0, callWindowSeconds: 3600, graceSeconds: 3600 },
    products: [{ sku: 'unit', stock: 1_000 }],
  });
  await waitForPhase(stack.rooms[0]?.url ?? '', DROP, ['open']);
  const probe = await joinOnce(context, DROP);
  const file = joinFile(folder, 'acknowledged');
  const baseline = { method: 'POST', path: joinPath(DROP), status: 201, answerBytes: probe.bytes } as const;
  const { figures, answers } = await compareOverHttp(context, {
    ...{ service: roomTarget(stack), baseline },
    floor: await startFloor({ ...baseline, redisUrl: stack.redisUrl, key: 'bench:floor' }),
    requestsFile: saveJoins(context, DROP),
    unit: 'joins/s',
    bars: { ratio: 0.6 },
    collect: { file, field: 'publicNumber', length: PUBLIC_NUMBER_CHARS },
    storeCpuMs: () => redisCpuMs(redis),
  });
  await demandAllWaiting(redis, DROP, file, { acknowledged: answers, others: 1 });
  return { ...figures, addresses: ADDRESSES, acknowledged: answers, foundInRedis: answers };
}
