/** Joins: one script call for those of an event-loop turn, each answered for itself (Q7, Q12, Q13). */
import type { KeyObject } from 'node:crypto';
import { classText, type DrawClass, drawnOrder, parseClass } from '../domain/draw.ts';
import type { Phase } from '../domain/phase.ts';
import { Batch } from './batch.ts';
import { type Commands, MEMBERS_MAX, unavailable } from './commands.ts';
import { randomEpoch } from './epoch.ts';
import type { CodeUse, JoinOutcome, JoinRequest } from './queue.ts';
import type { ScriptReply } from './scripts.ts';
import type { Seeds } from './seeds.ts';

/** Joins waiting for a call in one process: at 20,000/s two seconds' worth; more could not be answered in time. */
const PENDING_MAX = 40_000;

const CODES = [
  ...(['joined', 'repeated', 'spent', 'address-limit', 'room-full'] as const),
  ...(['code-used-up', 'code-required'] as const),
];
/** Elements of the reply for a ticket that did not simply join: index from 1, code, order, class. */
const TOLD = 4;

export interface JoinOptions {
  readonly commands: Commands;
  readonly joinsPerAddressPerMinute: number;
  readonly seeds: Seeds;
  /** True when the drop is known to have opened: then nothing is drawn any more, for ever (Q9). */
  readonly isOpened: (drop: string) => boolean;
  /** Called after each call that may have put somebody into the line. */
  readonly onJoined: (drop: string) => void;
  /** Told of each use of an access code that was counted, or had been, before anybody is answered. */
  readonly onCodeUsed: (
    drop: string,
    use: CodeUse & { readonly number: string; readonly usedUs: number },
  ) => void;
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
    const [status, now, phase, ...rest] = await this.#join(drop, requests);
    if (status === 'no-such-drop') return requests.map(() => ({ status }));
    if (status === 'no-seed') throw unavailable('The draw’s seed is being restored.');
    const nowUs = Number(now);
    if (status === 'refused') {
      const outcome = refusal(phase as Phase, Number(rest[0]) - nowUs);
      return requests.map(() => outcome);
    }
    this.#options.onJoined(drop);
    const epoch = String(rest[0]);
    let nextOrder = Number(rest[1]);
    let at = 2;
    return requests.map(({ class: ticketClass, number, code: used }, index) => {
      let code: (typeof CODES)[number] = 'joined';
      let order = nextOrder;
      let drawClass: DrawClass = ticketClass;
      if (rest[at] === index + 1) {
        code = CODES[Number(rest[at + 1])] ?? 'spent';
        order = Number(rest[at + 2]);
        drawClass = parseClass(String(rest[at + 3]));
        at += TOLD;
      }
      if (code === 'joined' && nextOrder !== 0) nextOrder++;
      if (code === 'spent' || code === 'code-used-up' || code === 'code-required') return { status: code };
      if (code === 'address-limit') return { status: code, retryAfterMs: 60_000 - ((nowUs / 1000) % 60_000) };
      if (code === 'room-full') return { status: code, retryAfterMs: 30_000 };
      if (used) this.#options.onCodeUsed(drop, { ...used, number, usedUs: nowUs });
      return {
        status: 'joined',
        repeated: code === 'repeated',
        order: order === 0 ? null : order,
        drawClass,
        joinedUs: nowUs,
        epoch,
        phase: phase as Phase,
      };
    });
  }

  /** One call; when the drop's seed is not in memory, or not the one committed to, it is read and the call made again. */
  async #join(drop: string, requests: readonly JoinRequest[]): Promise<ScriptReply> {
    const { commands, seeds, isOpened, joinsPerAddressPerMinute } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const seed = isOpened(drop) ? null : seeds.current(drop);
      const text = ticketsText(requests, seed?.key ?? null);
      const args = [randomEpoch(), joinsPerAddressPerMinute, seed?.commit ?? '', text];
      const reply = await commands.run('join-queue', drop, args);
      if (reply[0] !== 'no-seed' || attempt === 2) return reply;
      await seeds.load(drop);
    }
  }
}

/** The tickets as lua/join-queue.lua takes them: columns, and only those that somebody needs. */
export function ticketsText(
  requests: readonly Pick<JoinRequest, 'number' | 'class' | 'addressDigest' | 'code'>[],
  seed: KeyObject | null,
): string {
  const classes = requests.map((request) => classText(request.class));
  const more = {
    ...(seed && { orders: requests.map(({ number, class: drawn }) => drawnOrder(seed, number, drawn)) }),
    ...(requests.some((request) => request.class.headStartMs > 0) && {
      headStarts: requests.map((request) => request.class.headStartMs * 1000),
    }),
    ...(classes.some(Boolean) && { classes }),
    ...(requests.some(({ code }) => code) && {
      codes: requests.map(({ code }) => code?.id ?? ''),
      codeUses: requests.map(({ code }) => code?.usesMax ?? 0),
      carried: requests.map(({ code }) => code?.carriedFrom ?? ''),
      codesTold: requests.map(({ code }) => (code?.isTold ? 1 : 0)),
    }),
  };
  const moreText = JSON.stringify(more).slice(1);
  // Both are base64url: nothing to escape.
  const numbers = requests.map((request) => request.number).join('","');
  const addresses = requests.map((request) => request.addressDigest).join('","');
  const column = (texts: string) => (requests.length === 0 ? '[]' : `["${texts}"]`);
  return `{"numbers":${column(numbers)},"addresses":${column(addresses)}${moreText === '}' ? '' : ','}${moreText}`;
}

function refusal(phase: Phase, untilOpenUs: number): JoinOutcome {
  if (phase === 'scheduled')
    return { status: 'not-open-yet', opensInMs: Math.max(0, Math.ceil(untilOpenUs / 1000)) };
  if (phase === 'sold_out') return { status: 'sold-out' };
  return { status: phase === 'draining' ? 'draining' : 'closed' };
}
