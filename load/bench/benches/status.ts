/**
 * Own status of shoppers beyond the frontier: each request another of 100,000 waiting tickets, against a bare route. It must
 * not cost Redis anything, so the commands that Redis ran meanwhile are counted too.
 */
import { join as joinFile } from 'node:path';
import { createDrop, waitForPhase } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { requestText, saveRequests } from '../client/requests.ts';
import { compareOverHttp, roomTarget } from '../compare-over-http.ts';
import { redisCommands, redisCpuMs } from '../cpu.ts';
import { gatherCrowd, shopperHeaders } from '../shoppers.ts';
import { rounded } from '../statistics.ts';

const DROP = 'bench-status';
const PATH = `/v1/drops/${DROP}/ticket`;
const WAITING = 100_000;
const WAITING_SHORT = 2_000;
/** Ticks, pulses and reports of a second in which nobody asks are some dozens of commands. */
const COMMANDS_PER_REQUEST_MAX = 0.05;

export const status: Bench = {
  name: 'status',
  summary: 'own status of 100,000 who wait, against a bare route; Redis commands counted',
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, redis, folder, isShort } = context;
  const room = roomTarget(stack);
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(),
    // Nobody is called, so that everybody stays beyond the frontier.
    admission: { lobby: 'fifo', lobbySeconds: 0, ratePerMinute: 0 },
    products: [{ sku: 'unit', stock: 1_000 }],
  });
  await waitForPhase(room.url, DROP, ['open']);
  const tickets = await gatherCrowd(context, DROP, isShort ? WAITING_SHORT : WAITING);

  const requestsFile = joinFile(folder, 'statuses.json');
  const { host } = new URL(room.url);
  saveRequests(
    requestsFile,
    tickets.map((ticket, n) =>
      requestText({
        method: 'GET',
        path: PATH,
        host,
        headers: { ...shopperHeaders(n), authorization: `Ticket ${ticket}` },
      }),
    ),
  );
  const answerBytes = await sampleSize(new URL(PATH, room.url), tickets[tickets.length >> 1] as string);
  const before = await redisCommands(redis);
  const { figures, answers } = await compareOverHttp(context, {
    service: room,
    baseline: { method: 'GET', path: PATH, status: 200, answerBytes },
    requestsFile,
    unit: 'statuses/s',
    bars: { ratio: 0.8 },
    storeCpuMs: () => redisCpuMs(redis),
  });
  const commandsPerRequest = ((await redisCommands(redis)) - before) / answers;
  if (!isShort && commandsPerRequest > COMMANDS_PER_REQUEST_MAX)
    throw new Error(`Redis ran ${rounded(commandsPerRequest)} commands a request, beyond the frontier`);
  return {
    ...figures,
    waiting: tickets.length,
    answers,
    redisCommandsPerRequest: rounded(commandsPerRequest, 2),
  };
}

async function sampleSize(url: URL, ticket: string): Promise<number> {
  const response = await fetch(url, {
    headers: { authorization: `Ticket ${ticket}` },
    signal: AbortSignal.timeout(5_000),
  });
  const text = await response.text();
  const { state } = JSON.parse(text) as { state?: string };
  if (state !== 'waiting') throw new Error(`a shopper who waits was told ${response.status} ${text}`);
  return Buffer.byteLength(text);
}
