/** The waiting page as everybody opens it, the same bytes for all of one language, against a bare route with a body of its size. */
import { randomBytes } from 'node:crypto';
import { join as joinFile } from 'node:path';
import { createDrop, waitForPhase } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { requestText, saveRequests } from '../client/requests.ts';
import { compareOverHttp, roomTarget } from '../compare-over-http.ts';
import { redisCpuMs } from '../cpu.ts';
import { shopperHeaders } from '../shoppers.ts';

const DROP = 'bench-shell';
/** Each is let open so many pages a minute; together far more than are opened here. */
const SHOPPERS = 20_000;
const HEADERS = { 'accept-encoding': 'gzip, deflate, br', 'accept-language': 'de-AT,de;q=0.9,en;q=0.8' };

export const shell: Bench = {
  name: 'shell',
  summary: 'the waiting page, opened by everybody, against a bare route with a body of the same size',
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, redis, folder } = context;
  const room = roomTarget(stack);
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(Date.now() + 3_600_000),
    admission: { lobbySeconds: 7200 },
    products: [{ sku: 'unit', stock: 1_000 }],
  });
  await waitForPhase(room.url, DROP, ['lobby']);
  const { host } = new URL(room.url);
  const pathOf = () =>
    `/w/${DROP}?return=${encodeURIComponent('https://shop.example/p?size=42')}&bind=${randomBytes(32).toString('base64url')}`;
  const requestsFile = joinFile(folder, 'shells.json');
  saveRequests(
    requestsFile,
    Array.from({ length: SHOPPERS }, (_, n) =>
      requestText({ method: 'GET', path: pathOf(), host, headers: { ...shopperHeaders(n), ...HEADERS } }),
    ),
  );
  const answer = await fetch(new URL(pathOf(), room.url), { headers: HEADERS });
  await answer.body?.cancel();
  const bytes = Number(answer.headers.get('content-length'));
  const { figures } = await compareOverHttp(context, {
    service: room,
    baseline: { method: 'GET', path: `/w/${DROP}`, status: 200, answerBytes: bytes },
    requestsFile,
    unit: 'pages/s',
    bars: { ratio: 0.9 },
    storeCpuMs: () => redisCpuMs(redis),
  });
  return { ...figures, bytes };
}
