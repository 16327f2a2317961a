/**
 * A drop of ten million shoppers, simulated on the room's own scripts and code under a set clock; and how true that is: the same
 * simulation of a drop that `play` then really plays.
 */
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../scripts/lib/run-command.mjs';
import { AS_PLAYED, PLAYED, SHORT, type SimulationPlan, TEN_MILLION } from '../../simulation/plans.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { runProgram } from '../programs.ts';
import { rounded } from '../statistics.ts';

const PROGRAM = fileURLToPath(new URL('../../../waiting-room/bench/simulate-drop.ts', import.meta.url));
const PLAY = fileURLToPath(new URL('../../play/main.ts', import.meta.url));

export const simulation: Bench = {
  name: 'simulation',
  summary: 'a drop of 10,000,000 on the real scripts under a set clock, and its accuracy against a play',
  services: { rooms: 0, checkouts: 0, admin: false },
  run,
};

interface Simulated {
  readonly seconds: number;
  readonly entered: number;
  readonly waitMsP50: number;
  readonly waitMsP95: number;
  readonly enteredPerFullMinute: readonly number[];
  readonly placeErrorOfLine: number;
  readonly rangesKeptShare: number | null;
  readonly statusesPerSecondMost: number;
  readonly redisBusyMsPerSecondMost: number;
  readonly redisBytes: number;
  readonly [more: string]: unknown;
}

async function run(context: BenchContext): Promise<Figures> {
  const { isShort, note } = context;
  const plan = isShort ? SHORT : TEN_MILLION;
  const accuracy = isShort ? null : await compareWithPlay(context);
  const drop = await simulate(context, plan);
  note(`${drop.seconds} s of a drop simulated`);
  const minutes = drop.enteredPerFullMinute;
  const rateShares = minutes.map((entered) => entered / plan.ratePerMinute);
  return {
    ratio: accuracy?.waitP50Ratio ?? null,
    value: drop.entered,
    baseline: accuracy?.played.tokensIssued ?? null,
    unit: `entered of ${(plan.lobby + plan.arrivals).toLocaleString('en')}; ratio: a play's median wait, simulated against measured`,
    cpuRatio: null,
    storeCpuUs: null,
    plan,
    drop,
    leastFullMinuteOfRate: minutes.length === 0 ? null : rounded(Math.min(...rateShares)),
    accuracy,
    bars: {},
    limits: { ...(accuracy && { waitP50Error: 0.15, waitP95Error: 0.15 }) },
    ...(accuracy && {
      waitP50Error: rounded(Math.abs(accuracy.waitP50Ratio - 1), 3),
      waitP95Error: rounded(Math.abs(accuracy.waitP95Ratio - 1), 3),
    }),
  };
}

function simulate({ stack }: BenchContext, plan: SimulationPlan): Promise<Simulated> {
  return runProgram<Simulated>(PROGRAM, [JSON.stringify(plan)], { REDIS_URL: stack.redisUrl });
}

/** @throws Error when the play did not keep order and rate: such a drop is nothing to compare with */
async function compareWithPlay(context: BenchContext) {
  const simulated = await simulate(context, AS_PLAYED);
  const args = Object.entries(PLAYED).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { output } = await runCommand(process.execPath, [PLAY, ...args, '--json']);
  const verdict = output.split('\n').find((line) => line.startsWith('{"ok":'));
  const played = JSON.parse(verdict ?? '{}') as {
    orderInversions?: number;
    rateBoundViolations?: number;
    waitMsP50: number;
    waitMsP95: number;
    tokensIssued: number;
  };
  if (played.orderInversions !== 0 || played.rateBoundViolations !== 0)
    throw new Error(`the play did not keep order and rate: ${output.slice(-2_000)}`);
  const { waitMsP50, waitMsP95, tokensIssued } = played;
  context.note(`played: p50 ${waitMsP50} ms, simulated ${simulated.waitMsP50} ms`);
  return {
    played: { waitMsP50, waitMsP95, tokensIssued },
    simulated: {
      waitMsP50: simulated.waitMsP50,
      waitMsP95: simulated.waitMsP95,
      tokensIssued: simulated.entered,
    },
    waitP50Ratio: rounded(simulated.waitMsP50 / waitMsP50),
    waitP95Ratio: rounded(simulated.waitMsP95 / waitMsP95),
    enteredRatio: rounded(simulated.entered / tokensIssued),
  };
}
