/** Every bench by its name. */
import type { Bench } from './bench.ts';
import { adminApi } from './benches/admin-api.ts';
import { comeBack } from './benches/come-back.ts';
import { draw } from './benches/draw.ts';
import { join } from './benches/join.ts';
import { opening } from './benches/opening.ts';
import { pulse } from './benches/pulse.ts';
import { reserve } from './benches/reserve.ts';
import { reserveMix } from './benches/reserve-mix.ts';
import { session } from './benches/session.ts';
import { shell } from './benches/shell.ts';
import { simulation } from './benches/simulation.ts';
import { soldOut } from './benches/sold-out.ts';
import { status } from './benches/status.ts';
import { stockLag } from './benches/stock-lag.ts';
import { storm } from './benches/storm.ts';
import { streams } from './benches/streams.ts';
import { tick } from './benches/tick.ts';
import { verify } from './benches/verify.ts';
import { waitingCost } from './benches/waiting-cost.ts';

export const BENCHES: readonly Bench[] = [
  comeBack,
  join,
  pulse,
  shell,
  status,
  reserve,
  session,
  reserveMix,
  soldOut,
  verify,
  stockLag,
  adminApi,
  tick,
  waitingCost,
  opening,
  draw,
  streams,
  storm,
  simulation,
];

export function findBench(name: string | undefined): Bench | undefined {
  return BENCHES.find((bench) => bench.name === name);
}

/** The benches, one a line. */
export function listBenches(): string {
  const width = Math.max(...BENCHES.map(({ name }) => name.length));
  return BENCHES.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
}
