/** One instance writes the pulse of a drop each second under a lease; all others read it, so that all serve the same bytes (Q20). */
import type { FastifyBaseLogger } from 'fastify';
import { ANNOUNCED_FOR_MS, callableReach, callableUntil } from '../domain/callable.ts';
import { hasPositions } from '../domain/phase.ts';
import { beyond, type RankMap } from '../domain/positions.ts';
import { pulseDocument } from '../domain/pulse.ts';
import { type Commands, isUnavailable } from './commands.ts';
import type { DropView } from './queue.ts';
import { type RankReading, readRanks } from './rank-map.ts';

const PUBLISH_MS = 1000;

/** The publisher asks again every second; when it is gone another one takes over a good second later. */
const LEASE_MS = 2200;

/** A pulse that nobody renews is soon nobody's: instances then answer with a document of their own. */
const PULSE_LIFE_MS = 15_000;

export interface PulsePublisherOptions {
  readonly commands: Commands;
  readonly instanceId: string;
  readonly log: FastifyBaseLogger;
  readonly views: { all(): Iterable<DropView> };
}

export class PulsePublisher {
  readonly #options: PulsePublisherOptions;
  /** The newest map of each drop that this instance publishes. */
  #maps = new Map<string, RankReading>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: PulsePublisherOptions) {
    this.#options = options;
  }

  run(): void {
    this.#timer = setTimeout(() => {
      const before = this.#maps;
      this.#maps = new Map();
      const published = [...this.#options.views.all()].map((view) => this.#publish(view, before));
      this.#running = Promise.all(published).then(() => {
        if (!this.#closed) this.run();
      });
    }, PUBLISH_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** While shoppers return, the line is the one from before the loss (Q27): who is back already says nothing. */
  async #rankMap(view: DropView, last: RankReading | undefined): Promise<RankMap> {
    const { drop, phase, frontier, healMap } = view;
    if (phase === 'healing' && healMap !== null) return beyond(healMap, frontier);
    const reading = await readRanks(this.#options.commands, drop, callableReach(view), last);
    this.#maps.set(drop, reading);
    return reading.map;
  }

  async #publish(view: DropView, before: ReadonlyMap<string, RankReading>): Promise<void> {
    const { commands, instanceId, log } = this.#options;
    const { drop, phase, products } = view;
    try {
      const [, , mine] = await commands.run('take-pulse-lease', drop, [instanceId, LEASE_MS]);
      if (mine !== 1) return;
      const rankMap = hasPositions(phase) ? await this.#rankMap(view, before.get(drop)) : null;
      const announced =
        rankMap && callableUntil(rankMap, callableReach(view), commands.clockOf(drop).nowUs());
      const facts = { ...view, callableUntil: announced ?? 0, products: jsonText(products) };
      const args = [instanceId, pulseDocument(facts, rankMap), PULSE_LIFE_MS, announced ?? ''];
      await commands.run('publish-pulse', drop, [...args, ANNOUNCED_FOR_MS * 1000]);
    } catch (error) {
      if (!isUnavailable(error)) log.error({ err: error, drop }, 'pulse could not be published');
    }
  }
}

/** The checkout's text, unless it would break the document it is put into. */
function jsonText(bytes: Buffer | null): string | null {
  const text = bytes?.toString() ?? null;
  try {
    if (text !== null) JSON.parse(text);
    return text;
  } catch {
    return null;
  }
}
