/** Says what of Redis is no drop's that has to be there, and takes it away: `npm run gc`. The job of every instance does the first part by itself. */
import { archivableAt, closedAt } from '../domain/archive.ts';
import type { Drop } from '../domain/drop.ts';
import type { Archive } from '../store/archives.ts';
import { type ArchiveOptions, archiveDrop } from './archive-drop.ts';
import type { Archiving } from './control-plane.ts';

/** `archive`: stored, then removed. `remove`: nobody needs it. `keep`: in use, or not ours to judge. */
export interface Finding {
  readonly drop: string;
  readonly act: 'archive' | 'remove' | 'keep';
  readonly why: string;
  readonly keys: number;
  readonly bytes: number;
}

export interface Cleaned extends Finding {
  /** Keys removed. */
  readonly removed: number;
  /** What hindered it; null: done, or kept. */
  readonly hindrance: string | null;
}

interface Found extends Finding {
  readonly plan: Drop | undefined;
  readonly names: readonly string[];
}

type GarbageOptions = Pick<ArchiveOptions, 'archiveAfterMs' | 'now' | 'isRosterGivenUp' | 'report'> & {
  /** One drop only. */
  readonly only?: string | undefined;
};

/** Looks only. */
export async function findGarbage(plane: Archiving, options: GarbageOptions): Promise<Finding[]> {
  return (await find(plane, options)).map(told);
}

/** Looks and does. Whatever is hindered stays whole. */
export async function collectGarbage(plane: Archiving, options: GarbageOptions): Promise<Cleaned[]> {
  const cleaned: Cleaned[] = [];
  for (const found of await find(plane, options))
    cleaned.push({ ...told(found), ...(await clean(plane, found, options)) });
  return cleaned;
}

const told = ({ drop, act, why, keys, bytes }: Found): Finding => ({ drop, act, why, keys, bytes });

async function find(plane: Archiving, options: GarbageOptions): Promise<Found[]> {
  // Redis first: a drop is in Postgres before it is in Redis, so that one being made now is never taken for nobody's.
  const scanned = (await plane.source.scan()).filter(({ drop }) => !options.only || drop === options.only);
  const ids = scanned.map(({ drop }) => drop);
  const [plans, archives] = await Promise.all([plane.drops.findAll(ids), plane.archives.find(ids)]);
  const found: Found[] = [];
  for (const { drop, keys, bytes } of scanned) {
    const plan = plans.get(drop);
    const verdict = plan
      ? verdictOf(plan, archives.get(drop), keys.length, options)
      : await orphanVerdict(plane, drop);
    if (verdict) found.push({ drop, plan, names: keys, keys: keys.length, bytes, ...verdict });
  }
  return found.sort((one, other) => (one.drop < other.drop ? -1 : 1));
}

type Verdict = Pick<Finding, 'act' | 'why'>;

function verdictOf(
  plan: Drop,
  archive: Archive | undefined,
  keys: number,
  { archiveAfterMs, now }: GarbageOptions,
): Verdict | undefined {
  if (archive?.removedAt) {
    const why = `archived on ${archive.removedAt.toISOString()}, and here again`;
    return keys > 0 ? { act: 'remove', why } : undefined;
  }
  const endedAt = closedAt(plan, now);
  if (!endedAt) return { act: 'keep', why: 'it has not ended' };
  const dueAt = archivableAt(plan, endedAt, archiveAfterMs);
  const ended = `ended ${endedAt.toISOString()}`;
  if (dueAt > now) return { act: 'keep', why: `${ended}, to be archived ${dueAt.toISOString()}` };
  const before = archive?.lastError ? `; last tried in vain: ${archive.lastError}` : '';
  return { act: 'archive', why: `${ended}, due since ${dueAt.toISOString()}${before}` };
}

async function orphanVerdict({ source }: Archiving, drop: string): Promise<Verdict> {
  const nobodys = 'no plan of this database knows it';
  const { status } = await source.look({ drop: { id: drop } });
  if (status === 'ready') return { act: 'remove', why: nobodys };
  const why = status === 'inside' ? 'somebody is still inside' : 'it is not closed';
  return { act: 'keep', why: `${nobodys}, but ${why}` };
}

async function clean(
  plane: Archiving,
  { drop, act, plan, names }: Found,
  options: GarbageOptions,
): Promise<Pick<Cleaned, 'removed' | 'hindrance'>> {
  if (act === 'archive' && plan) {
    const outcome = await archiveDrop(plane, plan, { ...options, actor: 'gc' });
    switch (outcome.status) {
      case 'archived':
        return { removed: outcome.keys, hindrance: null };
      case 'failed':
        return { removed: 0, hindrance: outcome.error };
      case 'waiting':
        return { removed: 0, hindrance: outcome.why };
      case 'draw-stored':
      case 'taken':
        return { removed: 0, hindrance: 'a control plane is at it, or tries again soon' };
    }
  }
  if (act !== 'remove') return { removed: 0, hindrance: null };
  const removal = await plane.source.remove({ drop: { id: drop } });
  if (removal.status !== 'removed') return { removed: 0, hindrance: `it is ${removal.status}` };
  return { removed: removal.count + (await plane.source.removeKeys(names)), hindrance: null };
}
