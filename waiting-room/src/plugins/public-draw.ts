/** A drop's draw for everyone, wherever it is: in Redis while the drop is there, in the archive afterwards. */
import type { RosterHead } from '../domain/roster.ts';
import { type Room, viewOf } from './room.ts';

export interface PublicDraw {
  /** '' for a drop without a draw. */
  readonly commit: string;
  /** Hex; null before the reveal (Q8). */
  readonly seed: string | null;
  /** Null before it is published (Q10). */
  readonly head: RosterHead | null;
  /** Null when there is none of that index. */
  page(index: number): Promise<string | null>;
}

/** @throws 404 `no-such-drop`, 410 `archived` where no archive is set up, 503 `store-unavailable` */
export async function publicDraw(room: Room, drop: string): Promise<PublicDraw> {
  const { queue, archive } = room;
  if (archive && !queue.view(drop) && queue.isArchived(drop)) {
    const stored = await archive.draw(drop);
    if (stored)
      return {
        commit: stored.commit ?? '',
        seed: stored.seed,
        head: stored.head,
        page: (index) => archive.page(drop, index),
      };
  }
  const { commit, seed } = viewOf(room, drop);
  const head = commit === '' ? null : await queue.roster(drop);
  if (head === null && seed !== null && archive) {
    // Published, and lost by Redis since: the control plane stores it a minute after the opening.
    const stored = await archive.draw(drop).catch(() => null);
    if (stored?.head && stored.commit === commit)
      return { commit, seed, head: stored.head, page: (index) => archive.page(drop, index) };
  }
  return { commit, seed, head, page: (index) => queue.rosterPage(drop, index) };
}
