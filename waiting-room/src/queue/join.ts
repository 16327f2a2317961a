/** Joins: one script call for those of an event-loop turn, each answered for itself (Q7, Q12, Q13). */
import { type KeyObject, randomBytes } from 'node:crypto';
import { drawnOrder } from '../domain/draw.ts';
import type { Phase } from '../domain/phase.ts';
import { Batch } from './batch.ts';
import { type Commands, MEMBERS_MAX, unavailable } from './commands.ts';
import type { JoinOutcome, JoinRequest } from './queue.ts';

/** Joins waiting for a call in one process: at 20,000/s two seconds' worth; more could not be answered in time. */
const PENDING_MAX = 40_000;

const CODES = ['joined', 'repeated', 'spent', 'address-limit', 'room-full'] as const;

export interface JoinOptions {
  readonly commands: Commands;
  readonly joinsPerAddressPerMinute: number;
  /** The draw's seed while a lobby is drawn; null when the drop has none. Read once, then kept. */
  readonly seed: (drop: string) => Promise<KeyObject | null>;
}

export class Joins {
  readonly #options: JoinOptions;
  readonly #batches = new Map<string, Batch<JoinRequest, JoinOutcome>>();

  constructor(options: JoinOptions) {
    this.#options = options;
  }

  add(drop: string, request: JoinRequest): Promise<JoinOutcome> {
    let batch = this.#batches.get(drop);
    if (batch === undefined) {
      batch = new Batch<JoinRequest, JoinOutcome>({
        run: (requests) => this.#run(drop, requests),
        sizeMax: MEMBERS_MAX,
        pendingMax: PENDING_MAX,
        overloaded: () =>
          unavailable('More shoppers are arriving than this instance can write down at once.'),
      });
      this.#batches.set(drop, batch);
    }
    return batch.add(request);
  }

  async #run(drop: string, requests: readonly JoinRequest[]): Promise<JoinOutcome[]> {
    const { commands, joinsPerAddressPerMinute } = this.#options;
    const seed = await this.#options.seed(drop);
    const args: (string | number)[] = [randomBytes(8).toString('hex'), joinsPerAddressPerMinute];
    for (const { number, class: ticketClass, repeatable, addressDigest } of requests) {
      const order = seed === null ? '' : drawnOrder(seed, number, ticketClass);
      args.push(number, order, ticketClass.headStartMs * 1000, repeatable ? 1 : 0, addressDigest);
    }
    const [status, now, phase, ...rest] = await commands.run('join-queue', drop, args);
    if (status === 'no-such-drop') return requests.map(() => ({ status }));
    if (status === 'no-seed') throw unavailable('The draw’s seed is being restored.');
    const nowUs = Number(now);
    if (status === 'refused') {
      const outcome = refusal(phase as Phase, Number(rest[0]) - nowUs);
      return requests.map(() => outcome);
    }
    const epoch = String(rest[0]);
    return requests.map((_, index) => {
      const code = CODES[Number(rest[1 + 2 * index])] ?? 'spent';
      const order = Number(rest[2 + 2 * index]);
      if (code === 'spent') return { status: 'spent' };
      if (code === 'address-limit') return { status: code, retryAfterMs: 60_000 - ((nowUs / 1000) % 60_000) };
      if (code === 'room-full') return { status: code, retryAfterMs: 30_000 };
      return {
        status: 'joined',
        repeated: code === 'repeated',
        order: order === 0 ? null : order,
        joinedUs: nowUs,
        epoch,
        phase: phase as Phase,
      };
    });
  }
}

function refusal(phase: Phase, untilOpenUs: number): JoinOutcome {
  if (phase === 'scheduled')
    return { status: 'not-open-yet', opensInMs: Math.max(0, Math.ceil(untilOpenUs / 1000)) };
  if (phase === 'sold_out') return { status: 'sold-out' };
  return { status: phase === 'draining' ? 'draining' : 'closed' };
}
