/**
 * Moves a drop that is over from Redis to Postgres (ADR 0022): its draw, proved to be whole, then what became of it, and
 * only then its keys are removed. Every step may be repeated and stopped at, by any instance.
 */
import { archivableAt, closedAt, NO_TOTALS, type RosterHead } from '../domain/archive.ts';
import type { Drop } from '../domain/drop.ts';
import { linesOf, pageRoot, rootOf } from '../domain/roster-root.ts';
import type { Archive } from '../store/archives.ts';
import { type Archiving, SYSTEM } from './control-plane.ts';

export interface ArchiveOptions {
  /** From the end of a drop on; never less than token, hold and a margin. */
  readonly archiveAfterMs: number;
  readonly now: Date;
  readonly actor?: string;
  /** Its report, while Redis still has the log that it is made from. */
  readonly report: (drop: string) => Promise<unknown>;
  /** An operator has given up a roster that Redis has lost before it was stored. */
  readonly isRosterGivenUp?: boolean;
}

export type ArchiveOutcome =
  | { readonly status: 'archived'; readonly keys: number }
  | { readonly status: 'draw-stored' }
  /** Nothing wrong: it is not time yet, or somebody is still inside. */
  | { readonly status: 'waiting'; readonly untilMs: number; readonly why: string }
  | { readonly status: 'failed'; readonly error: string }
  /** Another instance is at it, or has done it. */
  | { readonly status: 'taken' };

/** How often a Redis that knows nothing of the drop is taken to be coming back; some four minutes in all. */
const MISSING_TRIES = 8;
/** Pages between two signs of life to the other instances. */
const RENEW_EVERY_PAGES = 50;
const SOON_MS = 10_000;

const NOT_DUE = 'its time has not come';

interface End {
  /** Null: it goes on. */
  readonly at: Date | null;
  readonly dueInMs: number;
  readonly isDue: boolean;
}

function endOf(drop: Drop, { archiveAfterMs, now }: ArchiveOptions): End {
  const at = closedAt(drop, now);
  if (!at) return { at, dueInMs: SOON_MS, isDue: false };
  const dueInMs = archivableAt(drop, at, archiveAfterMs).getTime() - now.getTime();
  return { at, dueInMs, isDue: dueInMs <= 0 };
}

class Waiting extends Error {
  readonly untilMs: number;
  constructor(why: string, untilMs: number) {
    super(why);
    this.untilMs = untilMs;
  }
}

/** Does what can be done now. A fault is noted, counted and tried again later; nothing is lost by it. */
export async function archiveDrop(
  plane: Archiving,
  drop: Drop,
  options: ArchiveOptions,
): Promise<ArchiveOutcome> {
  const { archives, count, log } = plane;
  const ended = endOf(drop, options);
  if (!ended.isDue && drop.commit === null)
    return { status: 'waiting', untilMs: ended.dueInMs, why: NOT_DUE };
  const archive = await archives.claim(drop.id);
  if (!archive) return { status: 'taken' };
  try {
    const outcome = await advance(plane, drop, archive, ended, options);
    if (outcome.status === 'archived') count.archived(outcome.keys);
    return outcome;
  } catch (error) {
    if (error instanceof Waiting) {
      await archives.release(drop.id, error.untilMs);
      return { status: 'waiting', untilMs: error.untilMs, why: error.message };
    }
    const message = error instanceof Error ? error.message : String(error);
    if (archive.lastError !== message)
      log.error({ err: error, drop: drop.id }, 'a drop could not be archived');
    count.archiveFailed();
    await archives.failed(drop.id, message);
    return { status: 'failed', error: message };
  }
}

async function advance(
  plane: Archiving,
  drop: Drop,
  archive: Archive,
  { at: endedAt, isDue }: End,
  options: ArchiveOptions,
): Promise<ArchiveOutcome> {
  const { archives, source } = plane;
  const { now, actor = SYSTEM } = options;
  let { head } = archive;
  if (!archive.drawStoredAt) head = await storeDraw(plane, drop, archive, endedAt !== null, options);
  if (!isDue || !endedAt) {
    await archives.release(drop.id, 0);
    return { status: 'draw-stored' };
  }

  const look = await source.look({ drop });
  if (look.status === 'inside') throw new Waiting('somebody is still inside', SOON_MS);
  if (look.status === 'not-closed') throw new Waiting('Redis has not closed it yet', SOON_MS);
  if (look.status === 'another') throw new Error('Redis has another drop under this id');

  const late = await storeTotals(plane, drop, archive, { endedAt, actor, report: options.report });
  await proveDraw(plane, drop, head);

  await source.markArchived([{ id: drop.id, at: now }]);
  const stored = { root: head?.root ?? null, late };
  const isGivenUp = options.isRosterGivenUp ?? false;
  const removal = await source.remove({ drop, ...(!isGivenUp && { stored }) });
  if (removal.status !== 'removed') {
    await source.unmarkArchived(drop.id);
    throw new Waiting(`it is ${removal.status}`, SOON_MS);
  }
  const keys = removal.count + (head ? await source.removePages(drop.id, head) : 0);
  await archives.removed(drop.id, { actor, reason: null }, keys);
  return { status: 'archived', keys };
}

/** The roster page by page, each held against its root before it is written. Goes on where an earlier try ended. */
async function storeDraw(
  { archives, source }: Archiving,
  { id }: Drop,
  { attempts }: Archive,
  hasEnded: boolean,
  { isRosterGivenUp = false }: ArchiveOptions,
): Promise<RosterHead | null> {
  const published = await source.roster(id);
  if (!published && attempts < MISSING_TRIES)
    throw new Error('Redis has nothing of it; it may be coming back');
  if (!published || published.root === '' || isRosterGivenUp) {
    if (!hasEnded) throw new Waiting('its places are not drawn yet', SOON_MS);
    await archives.storeDraw(id, null, published?.revealedAt ?? null);
    return null;
  }
  const { root, head, revealedAt } = published;
  if (!head) throw new Error('Redis has lost its roster');
  if (!revealedAt && !hasEnded) throw new Waiting('its seed is not revealed yet', SOON_MS);
  if (head.root !== root) throw new Error('its roster has another root than the one published');
  for (let page = await archives.countChunks(id, 'roster'); page < head.pageRoots.length; page++) {
    const text = await source.rosterPage(id, head.build, page);
    if (text === null) throw new Error(`Redis has lost page ${page} of its roster`);
    if (pageRoot(text).toString('base64url') !== head.pageRoots[page])
      throw new Error(`page ${page} of its roster is not the one published`);
    await archives.addChunk(id, 'roster', page, text);
    if (page % RENEW_EVERY_PAGES === 0) await archives.renew(id);
  }
  await proveRoster(archives, id, head, root);
  await archives.storeDraw(id, head, revealedAt);
  return head;
}

/** @returns how many late tickets are stored */
async function storeTotals(
  { archives, source }: Archiving,
  { id }: Drop,
  { storedAt, attempts, totals: before }: Archive,
  { endedAt, actor, report }: { endedAt: Date; actor: string } & Pick<ArchiveOptions, 'report'>,
): Promise<number> {
  const totals = await source.totals(id);
  if (!totals) {
    // Gone by an earlier try that was stopped, or never there.
    if (storedAt) return before?.late ?? 0;
    if (attempts < MISSING_TRIES) throw new Error('Redis has nothing of it; it may be coming back');
  }
  const late: string[] = [];
  for await (const piece of source.late(id)) late.push(piece);
  const count = late.reduce((sum, piece) => sum + linesOf(piece).length, 0);
  await archives.store(id, {
    ...{ actor, reason: null, closedAt: endedAt, late },
    report: totals ? await report(id) : null,
    totals: { ...(totals ?? NO_TOTALS), late: count },
  });
  return count;
}

/** What is about to be the only copy is read once more. @throws Error when it is not whole */
async function proveDraw({ archives }: Archiving, { id }: Drop, head: RosterHead | null): Promise<void> {
  if (head) await proveRoster(archives, id, head, head.root);
  const stored = (await archives.find([id])).get(id);
  if (!stored?.storedAt || !stored.drawStoredAt || !stored.totals) throw new Error('it is not stored');
}

/** The root, recomputed from what Postgres has. */
async function proveRoster(
  archives: Archiving['archives'],
  id: string,
  head: RosterHead,
  root: string,
): Promise<void> {
  const roots: Buffer[] = [];
  let size = 0;
  for (let page = 0; page < head.pageRoots.length; page++) {
    const text = await archives.chunk(id, 'roster', page);
    if (text === null) throw new Error(`page ${page} of its roster is not stored`);
    roots.push(pageRoot(text));
    size += linesOf(text).length;
    if (page % RENEW_EVERY_PAGES === 0) await archives.renew(id);
  }
  if (size !== head.size || rootOf(roots).toString('base64url') !== root)
    throw new Error('the stored roster does not lead to the published root');
}
