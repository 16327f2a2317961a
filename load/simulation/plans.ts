/** The drops that are simulated: one of ten million shoppers, and one that `play` can play for comparison. */

/** As waiting-room/bench/simulation/plan.ts describes it. */
export interface SimulationPlan {
  readonly seed: number;
  readonly lobby: number;
  readonly arrivals: number;
  readonly arrivalsMeanSeconds: number;
  readonly instances: number;
  readonly ratePerMinute: number;
  readonly maxSessions: number;
  readonly callWindowSeconds: number;
  readonly graceSeconds: number;
  readonly tokenSeconds: number;
  readonly holdSeconds: number;
  readonly stock: number;
  readonly showShare: number;
  readonly lateShare: number;
  readonly buyShare: number;
  readonly holdAfterSeconds: number;
  readonly sessionSeconds: number;
  readonly drawingSeconds: number;
  readonly lastsSeconds: number;
}

/** Eight million in the lobby, two more in the minutes after; 400,000 units at 60,000 entries a minute. */
export const TEN_MILLION: SimulationPlan = {
  ...{ seed: 1, lobby: 8_000_000, arrivals: 2_000_000, arrivalsMeanSeconds: 300, instances: 2 },
  ...{ ratePerMinute: 60_000, maxSessions: 300_000, callWindowSeconds: 120, graceSeconds: 480 },
  ...{ tokenSeconds: 600, holdSeconds: 480, stock: 400_000 },
  ...{ showShare: 0.6, lateShare: 0.2, buyShare: 0.8, holdAfterSeconds: 30, sessionSeconds: 120 },
  ...{ drawingSeconds: 60, lastsSeconds: 660 },
};

export const SHORT: SimulationPlan = {
  ...TEN_MILLION,
  ...{ lobby: 2_000, arrivals: 500, arrivalsMeanSeconds: 10, ratePerMinute: 3_000, maxSessions: 500 },
  ...{ stock: 300, holdAfterSeconds: 2, sessionSeconds: 5, drawingSeconds: 2, lastsSeconds: 30 },
};

/** What `npm run play` is asked for. */
export const PLAYED = { shoppers: 2_000, stock: 400, rate: 2_400 } as const;

/** Everybody here buys one. */
const UNITS_A_BUYER = 1.3;

/**
 * The same drop: policy as load/play/stage/plan.ts makes it, people as load/play/people deals them (of 20, two do not come and one
 * leaves; of 20 who enter, 15 buy, three in ten of them two units; they think for a moment).
 */
export const AS_PLAYED: SimulationPlan = {
  ...{ seed: 1, lobby: PLAYED.shoppers * 0.9, arrivals: PLAYED.shoppers * 0.1, arrivalsMeanSeconds: 3 },
  ...{ instances: 2, ratePerMinute: PLAYED.rate, maxSessions: (PLAYED.rate / 60) * 6 + PLAYED.stock / 8 },
  ...{ callWindowSeconds: 20, graceSeconds: 20, tokenSeconds: 60, holdSeconds: 60 },
  stock: Math.round(PLAYED.stock / UNITS_A_BUYER),
  ...{ showShare: 0.87, lateShare: 0, buyShare: 0.75, holdAfterSeconds: 1, sessionSeconds: 2 },
  ...{ drawingSeconds: 2, lastsSeconds: 120 },
};
