/** How this instance is doing, from the requests it has answered since it was last asked. */

/** What a capacity report says beside the stock. */
export interface Vitals {
  /** 95th percentile of the time to answer; 0 when nothing was asked. */
  latencyMs: number;
  /** Share of answers that were a fault of ours (5xx), 0 to 1. */
  errorRate: number;
}

/** Answers looked at for the percentile, the latest ones: more would not change it. */
const samplesMax = 2000;

export interface VitalsRecorder {
  record(elapsedMs: number, isFault: boolean): void;
  /** The figures since the last call. */
  take(): Vitals;
}

export function createVitals(): VitalsRecorder {
  let answers = 0;
  let faults = 0;
  let samples: number[] = [];
  return {
    record(elapsedMs, isFault) {
      if (samples.length < samplesMax) samples.push(elapsedMs);
      else samples[answers % samplesMax] = elapsedMs;
      answers++;
      if (isFault) faults++;
    },
    take() {
      const sorted = samples.sort((a, b) => a - b);
      const latencyMs = sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? 0;
      const vitals = { latencyMs, errorRate: answers === 0 ? 0 : faults / answers };
      answers = 0;
      faults = 0;
      samples = [];
      return vitals;
    },
  };
}
