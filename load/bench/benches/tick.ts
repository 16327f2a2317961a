/**
 * The engine's commands at a million waiting, by Redis's own clock, while 2,000 join a second: calling, granting 500, reading
 * the rank map. And what a waiting shopper takes, and how true the places are that shoppers are told.
 */
import { fileURLToPath } from 'node:url';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { runProgram } from '../programs.ts';
import { quantileOf, rounded, spreadOf } from '../statistics.ts';

const WAITING = 1_000_000;
const WAITING_SHORT = 5_000;
const CALLS = 200;
const CALLS_SHORT = 4;
const JOINS_PER_SECOND = 2000;
/** With fewer, clients and server share the cores in another way. */
const JOINED_SHARE_MIN = 0.95;
const PROGRAM = fileURLToPath(new URL('../../../waiting-room/bench/tick.ts', import.meta.url));

export const tick: Bench = {
  name: 'tick',
  summary: 'calling, granting and the rank map at 1,000,000 waiting, by the clock of Redis',
  services: { rooms: 0, checkouts: 0, admin: false },
  run,
};

interface Measured {
  readonly fillSeconds: number;
  readonly bytesPerShopper: number;
  readonly joinedPerSecond: number;
  /** µs of ticks in which nothing moves, with 1,000 waiting and with all. */
  readonly idle: { readonly few: readonly number[]; readonly many: readonly number[] };
  readonly calling: { readonly tookUs: readonly number[]; readonly most: number };
  readonly granting: Readonly<Record<'tookUs' | 'checkInUs' | 'whileRewritingUs', readonly number[]>>;
  readonly maps: { readonly sliceUs: readonly number[]; readonly mapUs: readonly number[] };
  readonly positions: Readonly<Record<'drawn' | 'steady' | 'bursty', PositionErrors>>;
}

interface PositionErrors {
  readonly worstOfLine: number;
  readonly beyondOfLine: number;
  readonly wrongInFront: number;
  readonly [more: string]: number;
}

async function run({ stack, isShort, note }: BenchContext): Promise<Figures> {
  const waiting = isShort ? WAITING_SHORT : WAITING;
  const args = [waiting, isShort ? CALLS_SHORT : CALLS, JOINS_PER_SECOND];
  const measured = await runProgram<Measured>(PROGRAM, args, { REDIS_URL: stack.redisUrl });
  const { idle, calling, granting, maps, positions } = measured;
  note(
    `filled in ${measured.fillSeconds.toFixed(1)} s, ${Math.round(measured.joinedPerSecond)} joins/s meanwhile`,
  );
  if (!isShort && measured.joinedPerSecond < JOINED_SHARE_MIN * JOINS_PER_SECOND)
    throw new Error(`only ${Math.round(measured.joinedPerSecond)} joined a second`);

  const errors = Object.values(positions);
  const few = spreadOf(idle.few).median;
  const many = spreadOf(idle.many).median;
  return {
    // A tick in which nothing moves: with a thousand waiting against a million.
    ratio: rounded(few / many),
    value: many,
    baseline: few,
    unit: `µs a tick in which nothing moves, with ${waiting.toLocaleString('en')} waiting, against 1,000`,
    cpuRatio: null,
    storeCpuUs: null,
    waiting,
    callMs: spread(calling.tookUs),
    mostCalled: calling.most,
    grant500Ms: spread(granting.tookUs),
    checkIn500Ms: spread(granting.checkInUs),
    // Every page that a command touches is copied first while Redis rewrites its file; it does so when that has doubled.
    grant500MsWhileRewriting: granting.whileRewritingUs.length > 0 ? spread(granting.whileRewritingUs) : null,
    rankMapSliceMs: spread(maps.sliceUs),
    rankMapMsPerSecond: spread(maps.mapUs),
    callP99Ms: p99Ms(calling.tookUs),
    grant500P99Ms: p99Ms(granting.tookUs),
    rankMapSliceP99Ms: p99Ms(maps.sliceUs),
    rankMapPerSecondP99Ms: p99Ms(maps.mapUs),
    bytesPerShopper: Math.round(measured.bytesPerShopper),
    fillSeconds: rounded(measured.fillSeconds),
    positions,
    // Where a place may be wrong at all it is by less than a hundredth of the line; the first hundred are exact.
    positionErrorOfLine: Math.max(...errors.map(({ worstOfLine }) => worstOfLine)),
    wrongInFront: errors.reduce((sum, { wrongInFront }) => sum + wrongInFront, 0),
    bars: {},
    limits: {
      callP99Ms: 1,
      grant500P99Ms: 5,
      rankMapSliceP99Ms: 5,
      rankMapPerSecondP99Ms: 10,
      bytesPerShopper: 160,
      positionErrorOfLine: 0.01,
      wrongInFront: 0,
    },
  };
}

function p99Ms(tookUs: readonly number[]): number {
  return quantileOf(tookUs, 0.99) / 1000;
}

function spread(tookUs: readonly number[]) {
  return { p50: quantileOf(tookUs, 0.5) / 1000, p99: p99Ms(tookUs), max: quantileOf(tookUs, 1) / 1000 };
}
