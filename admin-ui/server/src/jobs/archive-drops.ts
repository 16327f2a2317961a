/** Archives what is due, and keeps the rooms' list of what is archived whole. Any number of instances may. */
import type { Drop } from '../domain/drop.ts';
import type { ArchiveSource } from '../projection/archive-source.ts';
import type { ArchiveStore } from '../store/archives.ts';

/** Drops looked up at once, and how often in one round; the next round is seconds away. */
const DROPS_AT_ONCE = 10;
const LOOKS_MAX = 10;

export interface ArchiveDropsOptions {
  readonly archives: ArchiveStore;
  readonly source: ArchiveSource;
  readonly archiveAfterMs: number;
  /** Does what can be done; true when the drop has left Redis by it. */
  readonly archive: (drop: Drop) => Promise<boolean>;
  /** Told how many drops an earlier try has failed at. */
  readonly observe: (failing: number) => void;
}

export async function archiveDrops({
  archives,
  source,
  archiveAfterMs,
  archive,
  observe,
}: ArchiveDropsOptions): Promise<void> {
  for (let look = 0, hasMore = true; hasMore && look < LOOKS_MAX; look++) {
    const drops = await archives.candidates({ endedMsAgo: archiveAfterMs, limit: DROPS_AT_ONCE });
    let archived = 0;
    for (const drop of drops) if (await archive(drop)) archived++;
    hasMore = archived > 0 && drops.length === DROPS_AT_ONCE;
  }
  // An emptied Redis has forgotten which drops are archived.
  if ((await source.countArchived()) < (await archives.countArchived()))
    await source.markArchived(await archives.archived());
  observe(await archives.countFailing());
}
