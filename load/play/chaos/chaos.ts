/** Harms the processes of a drop one after another until it is over, each of them in turn; mends everything it broke. */
import { createRandom } from '../random.ts';
import { pause } from '../web/patience.ts';
import type { Harm } from './harms.ts';

export interface Blow {
  /** Since the chaos began. */
  readonly atMs: number;
  readonly to: string;
  readonly means: Harm['means'];
  /** Until it was up again. */
  readonly awayMs: number;
}

export interface ChaosRecord {
  readonly blows: readonly Blow[];
  /** What should have happened at least once and did not: a drop that was over too soon proves nothing. */
  readonly missed: readonly string[];
}

export interface Lane {
  readonly harms: readonly Harm[];
  /** ms between two blows; both ends included. */
  readonly restMs: readonly [min: number, max: number];
}

export interface Chaos {
  /** Whether everything has happened that should at least once. */
  readonly isThrough: boolean;
  /** Stops harming, and resolves when everything is up again. @throws Error when something does not come up any more */
  end(): Promise<ChaosRecord>;
}

/** Lanes go on side by side, each as the seed says: a service may be killed while its store is away. */
export function beginChaos(lanes: readonly Lane[], seed: number): Chaos {
  const over = new AbortController();
  const beganAt = performance.now();
  const blows: Blow[] = [];
  const happened = new Set<string>();

  async function run({ harms, restMs }: Lane, lane: number): Promise<void> {
    const random = createRandom('chaos', seed, lane);
    for (;;) {
      const left = random.shuffled(harms);
      while (left.length > 0) {
        // What no process has suffered yet comes first: a short drop should see all of it.
        const next = left.findIndex((one) => !happened.has(told(one)));
        const [harm] = left.splice(Math.max(0, next), 1) as [Harm];
        await pause(random.integer(...restMs), over.signal);
        if (over.signal.aborted) return;
        const struckAt = performance.now();
        await harm.strike();
        await pause(random.integer(...harm.awayMs), over.signal);
        await harm.mend();
        const { to, means } = harm;
        const atMs = Math.round(struckAt - beganAt);
        happened.add(told(harm));
        blows.push({ atMs, to, means, awayMs: Math.round(performance.now() - struckAt) });
      }
    }
  }
  const running = Promise.all(lanes.map(run));
  running.catch(() => {}); // told by end()

  const missed = () =>
    new Set(lanes.flatMap(({ harms }) => harms.map(told)).filter((what) => !happened.has(what)));
  return {
    get isThrough() {
      return missed().size === 0;
    },
    async end() {
      over.abort();
      await running;
      return { blows: blows.sort((one, other) => one.atMs - other.atMs), missed: [...missed()] };
    },
  };
}

/** One instance stands for all of its kind. */
function told({ to, means }: Pick<Harm, 'to' | 'means'>): string {
  return `${to.replace(/-\d+$/, '')} ${means}`;
}
