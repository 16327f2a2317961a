/** Check-ins: one script call for those of an event-loop turn; it also grants what the budget allows (Q17, Q18). */
import type { Phase } from '../domain/phase.ts';
import { Batch } from './batch.ts';
import { type Commands, MEMBERS_MAX, unavailable } from './commands.ts';
import type { CheckInOutcome, CheckInRequest, Grant, SpentReason } from './queue.ts';

const PENDING_MAX = 20_000;

/** Somebody checked in asks again at the pace of the tick near the front, and slower behind. */
const RETRY_AFTER_MS_MIN = 1000;
const RETRY_AFTER_MS_MAX = 10_000;

export interface CheckInsOptions {
  readonly commands: Commands;
  /** The pace at which those ahead enter. */
  readonly entriesPerSecond: (drop: string) => number;
  /**
   * Resolves when a replica, if there is one, has the grants just made (Q29).
   * @throws Problem 503 when it does not say so in time: the token stays here, and asking again gives the same one
   */
  readonly acknowledge: (drop: string) => Promise<void>;
  /** A grant whose token is about to leave. */
  readonly onGranted: (drop: string, number: string, grant: Grant) => void;
}

export class CheckIns {
  readonly #options: CheckInsOptions;
  readonly #batches = new Map<string, Batch<CheckInRequest, CheckInOutcome>>();

  constructor(options: CheckInsOptions) {
    this.#options = options;
  }

  add(drop: string, request: CheckInRequest): Promise<CheckInOutcome> {
    let batch = this.#batches.get(drop);
    if (batch === undefined) {
      batch = new Batch<CheckInRequest, CheckInOutcome>({
        run: (requests) => this.#run(drop, requests),
        sizeMax: MEMBERS_MAX,
        pendingMax: PENDING_MAX,
        overloaded: () => unavailable('More shoppers are checking in than this instance can answer at once.'),
      });
      this.#batches.set(drop, batch);
    }
    return batch.add(request);
  }

  async #run(drop: string, requests: readonly CheckInRequest[]): Promise<CheckInOutcome[]> {
    const args = requests.flatMap(({ number, bind }) => [number, bind]);
    const [status, , phase, ...rest] = await this.#options.commands.run('check-in', drop, args);
    if (status === 'no-such-drop') return requests.map(() => ({ status }));
    const outcomes = requests.map((_, index) =>
      this.#outcome(drop, phase as Phase, rest[2 * index] as string, rest[2 * index + 1] as string | number),
    );
    if (outcomes.some((outcome) => outcome.status === 'granted')) await this.#options.acknowledge(drop);
    outcomes.forEach((outcome, index) => {
      const { number } = requests[index] as CheckInRequest;
      if (outcome.status === 'granted') this.#options.onGranted(drop, number, outcome.grant);
    });
    return outcomes;
  }

  #outcome(drop: string, phase: Phase, word: string, value: string | number): CheckInOutcome {
    switch (word) {
      case 'granted':
        return { status: 'granted', grant: parseGrant(String(value)) };
      case 'present':
        if (phase === 'closed') return { status: 'closed' };
        return {
          status: 'present',
          ahead: Number(value),
          retryAfterMs: this.#retryAfterMs(drop, Number(value)),
          phase,
        };
      case 'not-called':
        if (phase === 'closed') return { status: 'closed' };
        return { status: 'not-called', retryAfterMs: 2000, phase };
      case 'spent':
        return { status: 'spent', reason: value as SpentReason };
      case 'bound-elsewhere':
        return { status: 'bound-elsewhere' };
      default:
        return { status: 'unknown' };
    }
  }

  #retryAfterMs(drop: string, ahead: number): number {
    const seconds = ahead / Math.max(0.01, this.#options.entriesPerSecond(drop));
    return Math.round(Math.max(RETRY_AFTER_MS_MIN, Math.min(seconds * 500, RETRY_AFTER_MS_MAX)));
  }
}

/** Reads a grant record, "iat:exp:bind" with or without the opened flag behind it. */
export function parseGrant(record: string): Grant {
  const [iat, exp, bind] = record.split(':');
  return { iat: Number(iat), exp: Number(exp), bind: bind ?? '' };
}
