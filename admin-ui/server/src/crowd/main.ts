/**
 * The process of a crowd. Its order comes as one line of JSON on the standard input, which stays open: when it ends, whoever
 * started the crowd is gone, and everybody goes home. Each second it tells how many shoppers are where.
 */
import { createInterface } from 'node:readline';
import { CROWD_STATES, type CrowdSettings, type CrowdState, dealCrowd } from '../domain/crowd.ts';
import { live } from './shopper.ts';
import { createSite } from './site.ts';

export interface CrowdOrder {
  readonly roomUrl: string;
  /** Null: nobody shops. */
  readonly checkoutUrl: string | null;
  readonly drop: string;
  /** Without it the room lets nobody into a rehearsal. */
  readonly pass: string;
  /** Access codes, one for each; empty where a drop needs none. */
  readonly codes: readonly string[];
  readonly skus: readonly string[];
  readonly settings: CrowdSettings;
  readonly lobbyMs: number;
}

const TELL_EVERY_MS = 1000;

const ending = new AbortController();
const input = createInterface({ input: process.stdin });
input.once('close', () => ending.abort());
process.once('SIGTERM', () => ending.abort());
// A signal to the whole terminal is for whoever started us.
process.on('SIGINT', () => {});
// Without a reader there is nobody to tell.
process.stdout.on('error', () => ending.abort());

const order: CrowdOrder = await new Promise((resolve) =>
  input.once('line', (line) => resolve(JSON.parse(line) as CrowdOrder)),
);
const over = ending.signal;
const world = {
  room: createSite(order.roomUrl, over),
  checkout:
    order.checkoutUrl === null || order.skus.length === 0 ? null : createSite(order.checkoutUrl, over),
  drop: order.drop,
  pass: order.pass,
  skus: order.skus,
  over,
};
const counts = Object.fromEntries(CROWD_STATES.map((state) => [state, 0])) as Record<CrowdState, number>;
const faults = new Set<string>();
const telling = setInterval(tell, TELL_EVERY_MS);

await Promise.all(
  dealCrowd(order.settings, order.lobbyMs, Math.random).map(async (character, at) => {
    let now: CrowdState = 'coming';
    counts.coming++;
    const be = (state: CrowdState) => {
      counts[now]--;
      counts[state]++;
      now = state;
    };
    try {
      be(await live({ ...world, code: order.codes[at] }, character, be));
    } catch (error) {
      // Who is sent home in the middle stays where they were.
      if (over.aborted) return;
      be('stuck');
      faults.add(error instanceof Error ? error.message : String(error));
    }
  }),
);
clearInterval(telling);
tell();
process.exit(0);

function tell(): void {
  process.stdout.write(`${JSON.stringify({ counts, faults: [...faults].slice(0, 5) })}\n`);
}
