/**
 * What the connector's verification costs, by itself in a process of its own: a token that comes again; one that nobody has
 * shown yet, beside `jwtVerify` of jose; and how late one that has run out is refused.
 */
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../scripts/lib/run-command.mjs';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { rounded } from '../statistics.ts';

const PROGRAM = fileURLToPath(new URL('../../../connector/bench/verify.ts', import.meta.url));

export const verify: Bench = {
  name: 'verify',
  summary: 'verification of tokens: again, for the first time beside jose, and after their end',
  run,
};

interface Measured {
  readonly repeatedUs: number;
  readonly ratio: number;
  readonly perSecond: number;
  readonly josePerSecond: number;
  readonly cpuRatio: number;
  readonly refusedAfterExpMs: number;
  readonly refusedAfterToleranceMs: number;
}

async function run({ timing }: BenchContext): Promise<Figures> {
  const args = [PROGRAM, String(timing.phaseMs / 4), String(timing.pairs)];
  const { code, output } = await runCommand(process.execPath, args);
  if (code !== 0) throw new Error(`the verification program failed: ${output}`);
  const measured = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Measured;
  const { ratio, perSecond, josePerSecond, cpuRatio, repeatedUs } = measured;
  return {
    ratio: rounded(ratio),
    value: Math.round(perSecond),
    baseline: Math.round(josePerSecond),
    unit: 'first checks/s',
    cpuRatio: rounded(cpuRatio),
    storeCpuUs: null,
    bars: {},
    limits: { repeatedUs: 5, refusedAfterExpMs: 1_000, refusedAfterToleranceMs: 1_000 },
    repeatedUs: rounded(repeatedUs),
    refusedAfterExpMs: measured.refusedAfterExpMs,
    refusedAfterToleranceMs: measured.refusedAfterToleranceMs,
  };
}
