/**
 * What this instance knows of every drop, read again twice a second: nothing that must be shared lives here, and nothing
 * that grants or places is decided by it.
 */
import { createHash } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { Redis } from 'ioredis';
import { Outflow } from '../domain/outflow.ts';
import { hasPositions } from '../domain/phase.ts';
import type { RankMap } from '../domain/positions.ts';
import { crowdPollAfterMs, type GenerationReason, pulseDocument } from '../domain/pulse.ts';
import type { Archived } from './archived.ts';
import { type Commands, isUnavailable } from './commands.ts';
import type { Copies, Copy } from './copies.ts';
import type { Gone } from './gone.ts';
import { DROPS_KEY } from './keys.ts';
import type { DropPage, DropView, Generation, LimitedBy } from './queue.ts';
import { type DropReading, parsePage, readDrop } from './read-drop.ts';
import type { Seeds } from './seeds.ts';

/** Twice a second: a change of policy or pulse is everywhere within a second (1.6). */
const REFRESH_MS = 500;

/** The show rate never counts lower: a lull must not look like an empty line (lua/lib/call.lua). */
const SHOW_RATE_MIN = 0.05;

interface Kept {
  readonly outflow: Outflow;
  view: DropView;
  pageText: string | null;
  pulseBytes: Buffer | null;
}

export interface ViewsOptions {
  readonly redis: Redis;
  readonly commands: Commands;
  readonly seeds: Seeds;
  readonly copies: Copies;
  readonly gone: Gone;
  readonly archived: Archived;
  /** A drop that is known here and that Redis has lost, in part or whole. */
  readonly onLost: (drop: string) => void;
  /** A drop that has left Redis on purpose. */
  readonly onGone: (drop: string) => void;
  readonly log: FastifyBaseLogger;
  /** What the newest tick of this instance was limited by. */
  readonly limitedBy: (drop: string) => LimitedBy | undefined;
  /** Called after each refresh. */
  readonly onRefresh: () => void;
}

export class Views {
  readonly #options: ViewsOptions;
  readonly #kept = new Map<string, Kept>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: ViewsOptions) {
    this.#options = options;
  }

  get(drop: string): DropView | undefined {
    return this.#kept.get(drop)?.view;
  }

  *all(): Iterable<DropView> {
    for (const { view } of this.#kept.values()) yield view;
  }

  /** Reads everything once. @throws when Redis does not answer */
  async refresh(): Promise<void> {
    let drops: readonly string[] = [...this.#kept.keys()];
    let fault: unknown;
    try {
      drops = await this.#list();
    } catch (error) {
      // The list lies on one server of a Cluster, most drops on others: they go on.
      fault = error;
    }
    const refreshed = await Promise.allSettled(drops.map((drop) => this.#refreshOne(drop)));
    if (fault) throw fault;
    // One drop that cannot be read holds no other up.
    for (const one of refreshed) if (one.status === 'rejected') throw one.reason;
  }

  /** Reads one drop at once, out of turn. */
  async refreshDrop(drop: string): Promise<void> {
    await this.#refreshOne(drop).catch((error: unknown) => {
      if (!isUnavailable(error)) this.#options.log.error({ err: error, drop }, 'a view could not be read');
    });
  }

  /** Keeps reading until closed; an unreachable Redis leaves the last views standing. */
  run(): void {
    this.#timer = setTimeout(() => {
      this.#running = this.refresh()
        .catch((error: unknown) => {
          if (!isUnavailable(error)) this.#options.log.error({ err: error }, 'views could not be read');
        })
        .then(() => {
          this.#options.onRefresh();
          if (!this.#closed) this.run();
        });
    }, REFRESH_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** A drop leaves Redis on purpose only after it was closed; any other that is gone was lost. */
  #forgetOrHeal(drop: string): void {
    const { copies, archived, onLost } = this.#options;
    const hasEnded = archived.has(drop) || this.#kept.get(drop)?.view.phase === 'closed';
    if (copies.get(drop) === undefined || hasEnded) this.#forget(drop);
    else onLost(drop);
  }

  #forget(drop: string): void {
    this.#kept.delete(drop);
    this.#options.copies.forget(drop);
    this.#options.commands.forget(drop);
    this.#options.seeds.forget(drop);
    this.#options.gone.forget(drop);
    this.#options.onGone(drop);
  }

  async #list(): Promise<readonly string[]> {
    const { redis, archived, copies } = this.#options;
    const drops = await redis.zrange(DROPS_KEY, '0', '-1');
    const listed = new Set(drops);
    await archived.refresh(listed);
    for (const drop of copies.drops()) if (!listed.has(drop)) this.#forgetOrHeal(drop);
    return drops;
  }

  async #refreshOne(drop: string): Promise<void> {
    const { redis, commands, seeds, copies, gone, onLost, limitedBy } = this.#options;
    const [reading] = await Promise.all([readDrop(redis, commands, drop), gone.refresh(drop)]);
    if (reading === null) return this.#forgetOrHeal(drop);
    commands.sawPolicy(drop, reading.number('policy_version'));
    const commit = reading.text('commit');
    const revealed = reading.number('revealed_us') > 0;
    if (commit !== '' && seeds.known(drop, commit) === null) await seeds.load(drop);

    const before = this.#kept.get(drop);
    const outflow = before?.outflow ?? new Outflow();
    // Unknown while the page's own server, in a Cluster another one, does not answer.
    const pageText = reading.page === undefined ? (before?.pageText ?? null) : reading.page;
    const page = before?.pageText === pageText ? before.view.page : parsePage(drop, pageText);
    const facts = {
      ...factsOf(reading, page),
      outflowPerMinute: outflow.measure(reading.number('entered_total'), reading.nowUs / 1000),
      limitedBy: limitedBy(drop) ?? 'phase',
      seed: revealed ? (seeds.known(drop, commit)?.hex ?? null) : null,
    };
    const told = pulseOf(reading, facts, before);
    const view = { ...facts, ...told, rankMap: hasPositions(facts.phase) ? told.rankMap : null };
    this.#kept.set(drop, { outflow, view, pageText, pulseBytes: reading.pulse });
    const copy: Copy = {
      seq: reading.number('seq'),
      control: reading.control,
      rankMap: view.rankMap,
      seed: seeds.known(drop, commit)?.hex ?? null,
      page: pageText,
    };
    if (!copies.keep(drop, copy)) onLost(drop);
  }
}

type Facts = Omit<DropView, keyof Told>;

/** What the published pulse says, for all instances alike. */
type Told = Pick<DropView, 'pulse' | 'rankMap' | 'mapGeneration' | 'mapAsOfMs'>;

function factsOf(
  reading: DropReading,
  page: DropPage,
): Omit<Facts, 'outflowPerMinute' | 'limitedBy' | 'seed'> {
  const { drop, phase, number, text } = reading;
  const shown = (number('shown_recently') + 1) / (number('called_recently') + 1);
  const asOfMs = reading.nowUs / 1000;
  const [lobbyOpensUs, opensUs] = [number('lobby_opens_us'), number('opens_us')];
  return {
    drop,
    phase,
    epoch: text('epoch'),
    frontier: number('frontier'),
    asOfMs,
    readAtMs: reading.readAtMs,
    lobbyOpensUs,
    opensUs,
    closesUs: number('closes_us'),
    openedUs: number('opened_us'),
    policyVersion: number('policy_version'),
    isCodeRequired: text('codes') === 'on',
    ratePerMinute: reading.ratePerMinute,
    rateAheadPerMinute: Math.max(reading.ratePerMinute, number('rate_per_minute')),
    maxSessions: number('max_sessions'),
    callWindowUs: number('call_window_us'),
    graceUs: number('grace_us'),
    tokenUs: number('token_us'),
    holdUs: number('hold_us'),
    returnSpreadUs: number('return_spread_us'),
    healUntilUs: number('heal_until_us'),
    rejoinAfterPurchase: text('rejoin_after_purchase') !== 'no',
    waiting: reading.waiting,
    present: reading.present,
    sessions: reading.sessions,
    showRate: Math.max(SHOW_RATE_MIN, Math.min(1, shown)),
    joinedTotal: number('joined_total'),
    enteredTotal: number('entered_total'),
    leftTotal: number('left_total'),
    missedTotal: number('missed_total'),
    generation: generationOf(reading, 'line'),
    gateGeneration: generationOf(reading, 'gate'),
    healMap: phase === 'healing' ? (JSON.parse(text('heal_map') || 'null') as RankMap | null) : null,
    pollAfterMs: crowdPollAfterMs({ phase, asOfMs, lobbyOpensUs, opensUs }),
    callableUntil: number('callable_until'),
    commit: text('commit'),
    page,
    products: reading.stock,
  };
}

/** The published pulse and the rank map in it; a document of this instance's own while nobody has published one. */
function pulseOf(reading: DropReading, facts: Facts, before: Kept | undefined): Told {
  if (reading.pulse === null) {
    const body = Buffer.from(pulseDocument({ ...facts, products: null }, null));
    return {
      pulse: { body, etag: etagOf(body) },
      rankMap: null,
      mapGeneration: facts.generation,
      mapAsOfMs: facts.asOfMs,
    };
  }
  if (before?.pulseBytes?.equals(reading.pulse)) {
    const { pulse, rankMap, mapGeneration, mapAsOfMs } = before.view;
    return { pulse, rankMap, mapGeneration, mapAsOfMs };
  }
  const { rankMap, generation, generationReason, serverTime } = JSON.parse(
    reading.pulse.toString(),
  ) as Published;
  return {
    pulse: { body: reading.pulse, etag: etagOf(reading.pulse) },
    rankMap: rankMap ?? null,
    mapGeneration: { count: generation, reason: generationReason ?? null },
    mapAsOfMs: Date.parse(serverTime),
  };
}

interface Published {
  readonly rankMap?: RankMap | null;
  readonly serverTime: string;
  readonly generation: number;
  /** Not there in a pulse that an instance of an earlier release has written. */
  readonly generationReason?: GenerationReason;
}

function generationOf({ number, text }: DropReading, counted: 'line' | 'gate'): Generation {
  const reason = text(`${counted}_generation_reason`);
  return {
    count: number(`${counted}_generation`),
    reason: reason === '' ? null : (reason as GenerationReason),
  };
}

function etagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}
