/**
 * 15,000 event streams in one process: the line moves, every shopper's own number changes, and a receiver on bare sockets tells how
 * long it took from the moment the room knew until each had been told.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createDrop, waitForPhase } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { requestText } from '../client/requests.ts';
import { processCpuMs } from '../cpu.ts';
import { fillDrop } from '../filled-drops.ts';
import { shopperHeaders } from '../shoppers.ts';
import { quantileOf, rounded } from '../statistics.ts';
import type { Received } from '../streams/orders.ts';
import { type Receiver, startReceiver } from '../streams/start-receiver.ts';
import { untilMapped } from '../until-mapped.ts';

/** Streams are for those near the front of a drop, so the crowd is that of two. */
const DROPS = ['bench-streams-1', 'bench-streams-2'];
const STREAMS = 15_000;
const STREAMS_SHORT = 100;
const WAVES = 10;
const WAVES_SHORT = 2;
/** Places given up at the front in a wave: more than a hundredth of any place, so that everybody is told. */
const STEP = 100;
const TOLD_WITHIN_MS = 15_000;
const LOOK_MS = 250;

export const streams: Bench = {
  name: 'streams',
  summary: '15,000 event streams in one process, each with its own number: delay, event loop, memory',
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, isShort, note } = context;
  const [room] = stack.rooms as [(typeof stack.rooms)[0]];
  const count = isShort ? STREAMS_SHORT : STREAMS;
  const waves = isShort ? WAVES_SHORT : WAVES;
  const requests: string[] = [];
  for (const id of DROPS) requests.push(...(await gather(context, id, count / DROPS.length, waves * STEP)));

  const memoryBefore = residentBytes(room.pid);
  const receiver = await startReceiver();
  await receiver.open(Number(new URL(room.url).port), requests);
  note(`${count.toLocaleString('en')} streams are open`);
  await pause(isShort ? 0 : 2_000);
  const bytesPerStream = (residentBytes(room.pid) - memoryBefore) / count;

  await loopLagMs(room.internalUrl); // counted anew from here
  const cpuBefore = processCpuMs(room.pid) ?? Number.NaN;
  const latenciesMs: number[] = [];
  for (let wave = 1; wave <= waves; wave++) {
    for (const id of DROPS) await giveUpFront(context, id);
    const told = await untilAllTold(receiver, count);
    latenciesMs.push(...told);
    note(`wave ${wave}: p50 ${quantileOf(told, 0.5)} ms, last ${quantileOf(told, 1)} ms`);
  }
  const cpuMs = (processCpuMs(room.pid) ?? Number.NaN) - cpuBefore;
  const lag = await loopLagMs(room.internalUrl);
  return {
    ratio: null,
    value: rounded(quantileOf(latenciesMs, 1)),
    baseline: null,
    unit: 'ms until the last of all streams was told, the worst of all waves',
    cpuRatio: null,
    storeCpuUs: null,
    streams: count,
    waves,
    events: latenciesMs.length,
    toldP50Ms: quantileOf(latenciesMs, 0.5),
    toldP99Ms: quantileOf(latenciesMs, 0.99),
    toldLastMs: quantileOf(latenciesMs, 1),
    eventLoopP99Ms: rounded(lag.p99),
    eventLoopMaxMs: rounded(lag.max),
    bytesPerStream: Math.round(bytesPerStream),
    roomCpuUsPerEvent: rounded((cpuMs * 1000) / latenciesMs.length),
    bars: {},
    limits: { toldLastMs: 250, eventLoopP99Ms: 50 },
  };
}

/** A drop whose line moves only when somebody gives up. @returns requests for the streams of those who do not */
async function gather(context: BenchContext, id: string, count: number, front: number): Promise<string[]> {
  const { stack } = context;
  const url = stack.rooms[0]?.url ?? '';
  await createDrop(stack, {
    id,
    opensAt: new Date(),
    admission: { lobby: 'fifo', lobbySeconds: 0, ratePerMinute: 0 },
    products: [{ sku: 'unit', stock: 1_000 }],
  });
  await waitForPhase(url, id, ['open']);
  await fillDrop(context, id, { count: front });
  const tickets = await fillDrop(context, id, { count, tickets: count });
  await untilMapped(url, id, front + count);
  return tickets.map((ticket, n) => {
    const headers = { ...shopperHeaders(n), authorization: `Ticket ${ticket}` };
    return requestText({ method: 'GET', path: `/v1/drops/${id}/stream`, host: new URL(url).host, headers });
  });
}

/** The first of the line give their places up, through the room's own API. */
async function giveUpFront({ stack, redis }: BenchContext, drop: string): Promise<void> {
  const front = await redis.zrange(`wr:{${drop}}:waiting`, '0', String(STEP - 1));
  const response = await fetch(`${stack.rooms[0]?.url}/v1/drops/${drop}/sessions/ended`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.serviceToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ sessions: front.map((jti) => ({ jti, reason: 'revoked' })) }),
  });
  if (!response.ok) throw new Error(`ends were answered ${response.status}: ${await response.text()}`);
}

/** @returns from the moment the room knew, ms, for each stream; @throws Error when some were not told, or one is gone */
async function untilAllTold(receiver: Receiver, count: number): Promise<readonly number[]> {
  const deadline = performance.now() + TOLD_WITHIN_MS;
  const latenciesMs: number[] = [];
  let received: Received;
  do {
    await pause(LOOK_MS);
    received = await receiver.take();
    latenciesMs.push(...received.latenciesMs);
    if (received.streams < count) throw new Error(`${count - received.streams} streams were closed`);
    if (performance.now() > deadline) throw new Error(`${latenciesMs.length} of ${count} were told in time`);
  } while (latenciesMs.length < count);
  if (latenciesMs.length > count)
    throw new Error(`${latenciesMs.length} events for ${count} streams in one wave`);
  return latenciesMs;
}

/** As the room's own metrics tell it since they were last read. */
async function loopLagMs(internalUrl: string): Promise<{ p99: number; max: number }> {
  const text = await (await fetch(`${internalUrl}/metrics`)).text();
  const seconds = (name: string) =>
    Number(new RegExp(`^${name}\\{[^}]*\\} ([\\d.e+-]+)`, 'm').exec(text)?.[1]);
  return {
    p99: seconds('nodejs_eventloop_lag_p99_seconds') * 1000,
    max: seconds('nodejs_eventloop_lag_max_seconds') * 1000,
  };
}

/** NaN where it can't be read: on another system than Linux. */
function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}
