/**
 * One reader for each drop that somebody looks at, however many look: once a second it reads Redis and tells all of them.
 * It goes on for a minute after the last has left, so that a screen that is loaded again has its history at once; a drop
 * that nobody looks at is not read.
 */
import { isStoreFault, type RepeatingJob, repeat } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import { type LiveSources, readActs, readUnits } from '../acts/live-sources.ts';
import type { LiveAct } from '../domain/live-act.ts';
import { HISTORY_SAMPLES_MAX } from '../domain/live-history.ts';
import { type LiveSample, type LiveState, sampleOf, type Units } from '../domain/live-sample.ts';
import type { LiveReader } from '../projection/live-state.ts';

const EVERY_MS = 1000;
const LINGER_MS = 60_000;
/** Acts and units change by what people do; each costs Postgres a query. */
const SLOW_EVERY_MS = 2000;
/** Drops read at a time in one instance: some 200 commands of Redis a second. */
const READERS_MAX = 50;

/** What a screen is told of. `blind`: Redis does not answer, or has no policy of the drop. */
export type LiveNews =
  | { readonly is: 'sample'; readonly sample: LiveSample }
  | { readonly is: 'acts'; readonly acts: readonly LiveAct[] }
  | { readonly is: 'blind'; readonly why: 'redis-away' | 'not-in-room'; readonly lastAt: string | null };

export type LiveListener = (news: LiveNews) => void;

export interface LiveWatch {
  /** Oldest first. */
  readonly samples: readonly LiveSample[];
  readonly acts: readonly LiveAct[];
  /** The last round's news of Redis; undefined before the first. */
  readonly latest: Exclude<LiveNews, { is: 'acts' }> | undefined;
  end(): void;
}

export interface LiveReaders {
  /** Undefined: as many drops are being looked at as this instance reads. */
  watch(drop: string, listener: LiveListener): LiveWatch | undefined;
  /** Drops being read. */
  readonly size: number;
  close(): Promise<void>;
}

export interface LiveReadersOptions {
  readonly reader: LiveReader;
  readonly sources: LiveSources;
  readonly log: FastifyBaseLogger;
  readonly lingerMs?: number;
}

export function createLiveReaders(options: LiveReadersOptions): LiveReaders {
  const { lingerMs = LINGER_MS } = options;
  const readers = new Map<string, DropReading>();
  return {
    get size() {
      return readers.size;
    },
    watch(drop, listener) {
      let reading = readers.get(drop);
      if (!reading) {
        if (readers.size >= READERS_MAX) return undefined;
        reading = new DropReading(drop, options, lingerMs, () => readers.delete(drop));
        readers.set(drop, reading);
      }
      return reading.join(listener);
    },
    async close() {
      await Promise.all([...readers.values()].map((reading) => reading.close()));
    },
  };
}

class DropReading {
  readonly samples: LiveSample[] = [];
  acts: readonly LiveAct[] = [];
  latest: LiveWatch['latest'];
  readonly #drop: string;
  readonly #options: LiveReadersOptions;
  readonly #lingerMs: number;
  readonly #onEnd: () => void;
  readonly #listeners = new Set<LiveListener>();
  readonly #jobs: RepeatingJob[];
  #lingering: NodeJS.Timeout | undefined;
  #before: LiveState | undefined;
  #units: Units | undefined;
  #ledgerDownSinceMs: number | null = null;
  #told = '';

  constructor(drop: string, options: LiveReadersOptions, lingerMs: number, onEnd: () => void) {
    this.#drop = drop;
    this.#options = options;
    this.#lingerMs = lingerMs;
    this.#onEnd = onEnd;
    const job = (everyMs: number, run: () => Promise<unknown>) =>
      repeat({ everyMs, run, onError: (err) => options.log.error({ err, drop }, 'a drop can not be read') });
    this.#jobs = [
      job(EVERY_MS, () => this.#look()),
      job(SLOW_EVERY_MS, () => this.#readActs()),
      job(SLOW_EVERY_MS, () => this.#readUnits()),
    ];
  }

  join(listener: LiveListener): LiveWatch {
    clearTimeout(this.#lingering);
    this.#listeners.add(listener);
    const reading = this;
    return {
      samples: this.samples,
      get acts() {
        return reading.acts;
      },
      get latest() {
        return reading.latest;
      },
      end() {
        if (!reading.#listeners.delete(listener) || reading.#listeners.size > 0) return;
        reading.#lingering = setTimeout(() => void reading.close(), reading.#lingerMs).unref();
      },
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.#lingering);
    this.#onEnd();
    await Promise.all(this.#jobs.map((one) => one.close()));
  }

  #tell(news: LiveNews): void {
    if (news.is !== 'acts') this.latest = news;
    for (const listener of this.#listeners) listener(news);
  }

  async #look(): Promise<void> {
    const drop = this.#drop;
    const { reader } = this.#options;
    try {
      const [state, instances] = await Promise.all([reader.state(drop), reader.instances(drop)]);
      if (!state) return this.#goBlind('not-in-room');
      const sample = sampleOf({
        ...{ state, before: this.#before, instances, units: this.#units, nowMs: Date.now() },
        ledgerDownSinceMs: this.#ledgerDownSinceMs,
      });
      this.#before = state;
      this.samples.push(sample);
      if (this.samples.length > HISTORY_SAMPLES_MAX) this.samples.shift();
      this.#tell({ is: 'sample', sample });
    } catch (error) {
      if (!isStoreFault(error)) throw error;
      this.#goBlind('redis-away');
    }
  }

  /** A rate over the gap would be told as if it were of one second. */
  #goBlind(why: 'redis-away' | 'not-in-room'): void {
    this.#before = undefined;
    this.#tell({ is: 'blind', why, lastAt: this.samples.at(-1)?.at ?? null });
  }

  async #readActs(): Promise<void> {
    const { acts, isLedgerAnswering } = await readActs(this.#options.sources, this.#drop);
    if (isLedgerAnswering) this.#ledgerDownSinceMs = null;
    else this.#ledgerDownSinceMs ??= Date.now();
    // While the ledger is away its acts stay on the screen, and those of the journal come before them.
    const known = isLedgerAnswering ? acts : [...acts, ...this.acts.filter(({ seq }) => seq !== null)];
    const told = JSON.stringify(known);
    if (told === this.#told) return;
    this.#told = told;
    this.acts = known;
    this.#tell({ is: 'acts', acts: known });
  }

  async #readUnits(): Promise<void> {
    const units = await readUnits(this.#options.sources, this.#drop);
    if (units) this.#units = units;
  }
}
