/** The drawing of a lobby of a million: seconds from the opening until every place can be told, and what it takes of the room's memory. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createDrop, waitForPhase } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { processCpuMs } from '../cpu.ts';
import { fillDrop } from '../filled-drops.ts';
import { quantileOf, rounded } from '../statistics.ts';

const DROP = 'bench-draw';
const LOBBY = 1_000_000;
const LOBBY_SHORT = 5_000;
/** The lobby must be full by then. */
const OPENS_IN_SECONDS = 60;
const OPENS_IN_SECONDS_SHORT = 5;
const DRAWN_WITHIN_MS = 120_000;
/** How often somebody looks whether the room still answers while it draws. */
const LOOK_MS = 20;

export const draw: Bench = {
  name: 'draw',
  summary: 'the drawing of 1,000,000 lobby tickets: seconds, memory, and how long others wait meanwhile',
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, redis, isShort, note } = context;
  const [room] = stack.rooms as [(typeof stack.rooms)[0]];
  const size = isShort ? LOBBY_SHORT : LOBBY;
  const opensInSeconds = isShort ? OPENS_IN_SECONDS_SHORT : OPENS_IN_SECONDS;
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(Date.now() + opensInSeconds * 1000),
    admission: { lobby: 'draw', lobbySeconds: opensInSeconds + 60, ratePerMinute: 300 },
    products: [{ sku: 'unit', stock: 1_000 }],
  });
  await waitForPhase(room.url, DROP, ['lobby']);
  await fillDrop(context, DROP, { count: size });

  const opensUs = Number(await redis.hget(`wr:{${DROP}}:control`, 'opens_us'));
  const [seconds, micros] = (await redis.time()) as unknown as [string, string];
  const leftMs = (opensUs - Number(seconds) * 1_000_000 - Number(micros)) / 1000;
  if (leftMs < 0) throw new Error('the drop opened before its lobby was full');
  note(`the lobby is full ${Math.round(leftMs / 1000)} s before the opening`);
  await pause(Math.max(0, leftMs - 500));
  const before = { memory: resetPeak(room.pid), cpuMs: processCpuMs(room.pid) ?? 0 };
  const lookedMs = await lookUntilDrawn(context, room.url);
  const cpuMs = (processCpuMs(room.pid) ?? Number.NaN) - before.cpuMs;
  const peakMb = (peakBytes(room.pid) - before.memory) / 2 ** 20;

  const [opened, roster, revealed] = (
    await redis.hmget(`wr:{${DROP}}:control`, 'opened_us', 'roster_us', 'revealed_us')
  ).map(Number) as [number, number, number];
  const head = JSON.parse((await redis.get(`wr:{${DROP}}:roster`)) ?? '{}') as { size?: number };
  if (head.size !== size) throw new Error(`the roster has ${head.size} of ${size} lines`);
  return {
    ratio: null,
    value: rounded((revealed - opened) / 1_000_000),
    baseline: null,
    unit: `s from the opening until the seed is revealed, ${size.toLocaleString('en')} in the lobby`,
    cpuRatio: null,
    storeCpuUs: null,
    tickets: size,
    rosterSeconds: rounded((roster - opened) / 1_000_000),
    roomCpuSeconds: rounded(cpuMs / 1000),
    roomPeakMb: rounded(peakMb),
    bytesPerTicket: rounded((peakMb * 2 ** 20) / size),
    pulseP99MsMeanwhile: rounded(quantileOf(lookedMs, 0.99)),
    pulseMaxMsMeanwhile: rounded(quantileOf(lookedMs, 1)),
    bars: {},
  };
}

/** Asks for the pulse again and again. @returns how long each answer took, ms */
async function lookUntilDrawn({ redis }: BenchContext, url: string): Promise<number[]> {
  const tookMs: number[] = [];
  const deadline = performance.now() + DRAWN_WITHIN_MS;
  while (performance.now() < deadline) {
    const askedAt = performance.now();
    const response = await fetch(`${url}/v1/drops/${DROP}/pulse`);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`while drawing the pulse was answered ${response.status}`);
    tookMs.push(performance.now() - askedAt);
    if ((await redis.hget(`wr:{${DROP}}:control`, 'revealed_us')) !== null) return tookMs;
    await pause(LOOK_MS);
  }
  throw new Error(`the draw was not over after ${DRAWN_WITHIN_MS / 1000} s`);
}

/** Lets Linux count the peak anew. @returns what the process has in memory now, bytes; the peak is told from there */
function resetPeak(pid: number): number {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Not allowed here: the peak since the process began is told, which is not less.
  }
  return statusBytes(pid, 'VmRSS');
}

function peakBytes(pid: number): number {
  return statusBytes(pid, 'VmHWM');
}

/** NaN where it can't be read: on another system than Linux. */
function statusBytes(pid: number, field: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}
