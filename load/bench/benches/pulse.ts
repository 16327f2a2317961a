/** The pulse of a drop with 100,000 waiting, the document everybody polls, against a bare route with a body of its size. */
import { join as joinFile } from 'node:path';
import { createDrop, waitForPhase } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { requestText, saveRequests } from '../client/requests.ts';
import { compareOverHttp, roomTarget } from '../compare-over-http.ts';
import { redisCpuMs } from '../cpu.ts';
import { ADDRESSES, gatherCrowd, shopperHeaders } from '../shoppers.ts';

const DROP = 'bench-pulse';
const PATH = `/v1/drops/${DROP}/pulse`;
const WAITING = 100_000;
const WAITING_SHORT = 2_000;

export const pulse: Bench = {
  name: 'pulse',
  summary: 'the pulse, polled by everybody, against a bare route with a body of the same size',
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, redis, folder, isShort } = context;
  const room = roomTarget(stack);
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(),
    admission: { lobby: 'fifo', lobbySeconds: 0, callWindowSeconds: 3600, graceSeconds: 3600 },
    products: [{ sku: 'unit', stock: 1_000 }],
  });
  await waitForPhase(room.url, DROP, ['open']);
  const tickets = await gatherCrowd(context, DROP, isShort ? WAITING_SHORT : WAITING);

  const requestsFile = joinFile(folder, 'pulses.json');
  const { host } = new URL(room.url);
  saveRequests(
    requestsFile,
    Array.from({ length: ADDRESSES }, (_, n) =>
      requestText({ method: 'GET', path: PATH, host, headers: shopperHeaders(n) }),
    ),
  );
  const bytes = await settledSize(new URL(PATH, room.url));
  const { figures } = await compareOverHttp(context, {
    service: room,
    baseline: { method: 'GET', path: PATH, status: 200, answerBytes: bytes },
    requestsFile,
    unit: 'pulses/s',
    bars: { ratio: 0.95 },
    storeCpuMs: () => redisCpuMs(redis),
  });
  return { ...figures, bytes, waiting: tickets.length };
}

/** The pulse's size once its rank map covers the crowd: the same in two pulses, one after the other. */
async function settledSize(url: URL): Promise<number> {
  const seen = new Map<string, number>();
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const bytes = (await response.arrayBuffer()).byteLength;
    const etag = response.headers.get('etag') ?? '';
    if ([...seen].some(([other, size]) => other !== etag && size === bytes)) return bytes;
    seen.set(etag, bytes);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the pulse never had the same size twice: ${[...seen.values()].join(', ')}`);
}
