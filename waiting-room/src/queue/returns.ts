/** Tickets of an earlier epoch come back at their own orders: one script call for those of an event-loop turn (Q26). */
import { classText, type DrawClass, drawnOrder } from '../domain/draw.ts';
import { pageOf } from '../domain/roster.ts';
import { Batch } from './batch.ts';
import { type Commands, MEMBERS_MAX, unavailable } from './commands.ts';
import type { ReturnOutcome, ReturnRequest } from './queue.ts';
import type { Rosters } from './rosters.ts';
import type { Seeds } from './seeds.ts';

/** As for joins: more could not be answered in time. */
const PENDING_MAX = 40_000;

export interface ReturnsOptions {
  readonly commands: Commands;
  readonly seeds: Seeds;
  readonly rosters: Rosters;
}

export class Returns {
  readonly #options: ReturnsOptions;
  readonly #batches = new Map<string, Batch<ReturnRequest, ReturnOutcome>>();

  constructor(options: ReturnsOptions) {
    this.#options = options;
  }

  add(drop: string, request: ReturnRequest): Promise<ReturnOutcome> {
    let batch = this.#batches.get(drop);
    if (batch === undefined) {
      batch = new Batch<ReturnRequest, ReturnOutcome>({
        run: (requests) => this.#run(drop, requests),
        sizeMax: MEMBERS_MAX,
        pendingMax: PENDING_MAX,
        overloaded: () => unavailable('More shoppers are coming back than this instance can take at once.'),
      });
      this.#batches.set(drop, batch);
    }
    return batch.add(request);
  }

  async #run(drop: string, requests: readonly ReturnRequest[]): Promise<ReturnOutcome[]> {
    const { commands, seeds } = this.#options;
    if (requests.some(({ order }) => order === null) && seeds.current(drop) === null) await seeds.load(drop);
    const seed = seeds.current(drop);
    const args: (string | number)[] = [];
    for (const { number, order, class: ticketClass, epoch } of requests) {
      if (order === null && seed === null) throw unavailable('The draw’s seed is being restored.');
      const own = order ?? drawnOrder((seed as NonNullable<typeof seed>).key, number, ticketClass);
      const line = order === null ? await this.#lateLine(drop, number, ticketClass) : '';
      args.push(number, own, epoch, classText(ticketClass), line);
    }
    const [status, , , epoch, ...codes] = await commands.run('return-tickets', drop, args);
    if (status !== 'ok') {
      const outcome = { status: status as 'refused' | 'no-such-drop', epoch: '' };
      return requests.map(() => outcome);
    }
    return codes.map((code) => ({ status: code as ReturnOutcome['status'], epoch: String(epoch) }));
  }

  /** A lobby ticket that is in no published roster, as a line of the public list (Q10). */
  async #lateLine(drop: string, number: string, { band, chances }: DrawClass): Promise<string> {
    const { rosters } = this.#options;
    const head = await rosters.head(drop);
    if (head === null) return '';
    const page = await rosters.page(drop, pageOf(head, number));
    return page?.includes(`${number} `) ? '' : `${number} ${band} ${chances}`;
  }
}
