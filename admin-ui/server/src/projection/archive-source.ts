/** What Redis still has of a drop that is to be archived, read in small pieces; and the removal of its keys. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { DropTotals, RosterHead } from '../domain/archive.ts';
import type { Drop } from '../domain/drop.ts';
import { parseLogEntry } from '../domain/drop-log.ts';
import { ARCHIVED_KEY, DROPS_KEY, dropKeys, pageKey, rosterPageKey, slotKeys } from './keys.ts';
import { policyFields } from './policy-fields.ts';
import { type FoundDrop, removeKeys, scanDrops } from './scan.ts';

/** Lines of a list or stream read at once: some 200 KB. */
const LINES_AT_ONCE = 1000;
/** Pages of a roster removed at once: 200 KB each, freed where the server works. */
const PAGES_AT_ONCE = 20;

/** `ready`: would be removed. The others leave everything as it is. */
export type RemovalStatus = 'ready' | 'removed' | 'another' | 'not-closed' | 'inside' | 'changed';

export interface Removal {
  readonly status: RemovalStatus;
  /** Keys there, or removed; shoppers for `inside`. */
  readonly count: number;
}

/** What must be so in Redis for a removal: the drop that is meant, and what has been stored of it. */
export interface Meant {
  readonly drop: Pick<Drop, 'id'> & Partial<Drop>;
  /** Undefined: nothing need be stored. */
  readonly stored?: { readonly root: string | null; readonly late: number };
}

export interface PublishedRoster {
  /** base64url; '' before it is published. */
  readonly root: string;
  /** Null before, and where Redis has lost it. */
  readonly head: RosterHead | null;
  /** When the seed became public. */
  readonly revealedAt: Date | null;
}

export interface ArchiveSource {
  /** Null: Redis has nothing of it. */
  totals(drop: string): Promise<DropTotals | null>;
  /** Null: Redis has nothing of the drop. */
  roster(drop: string): Promise<PublishedRoster | null>;
  /** Null where Redis has lost it. */
  rosterPage(drop: string, build: string, page: number): Promise<string | null>;
  /** Tickets that came back after the roster, as texts of at most some 200 KB. */
  late(drop: string): AsyncIterable<string>;
  /** Whether the drop could be removed. Changes nothing. */
  look(meant: Meant): Promise<Removal>;
  /** Everything but the roster's pages, at once, and out of the list of drops. */
  remove(meant: Meant): Promise<Removal>;
  /** The pages of a roster. @returns how many there were */
  removePages(drop: string, head: RosterHead): Promise<number>;
  /**
   * Removes all of a drop, whatever it is doing and whoever is in it, and tells the rooms that it is gone for good.
   * @returns how many keys there were
   */
  forget(drop: string, at: Date): Promise<number>;
  /** Tells the rooms that these are archived. Ids and when. */
  markArchived(drops: readonly { readonly id: string; readonly at: Date }[]): Promise<void>;
  unmarkArchived(drop: string): Promise<void>;
  countArchived(): Promise<number>;
  /** Every drop that has keys, whoever wrote them. */
  scan(): Promise<FoundDrop[]>;
  removeKeys(keys: readonly string[]): Promise<number>;
}

const text = readFileSync(new URL('../../lua/remove-drop.lua', import.meta.url), 'utf8');
const sha = createHash('sha1').update(text).digest('hex');

export function createArchiveSource(redis: Redis): ArchiveSource {
  async function run(act: 'look' | 'remove', { drop, stored }: Meant): Promise<Removal> {
    const keys = slotKeys(drop.id);
    const fields = drop.opensAt ? policyFields(drop as Drop) : { opens_us: '', commit: '' };
    const args = [
      act,
      fields.opens_us ?? '',
      fields.commit ?? '',
      stored?.root ?? '',
      stored ? String(stored.late) : '',
    ];
    const reply = await redis.evalsha(sha, keys.length, ...keys, ...args).catch((error: unknown) => {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return redis.eval(text, keys.length, ...keys, ...args);
    });
    const [status, count] = reply as [RemovalStatus, number];
    return { status, count: Number(count) };
  }

  async function tally(drop: string): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (let from = '-'; ; ) {
      const lines = await redis.xrange(dropKeys(drop).log, from, '+', 'COUNT', LINES_AT_ONCE);
      for (const { kind, reason } of lines.flatMap(([, fields]) => parseLogEntry(fields))) {
        const counted = kind === 'end' && reason !== undefined ? `${kind}:${reason}` : kind;
        counts[counted] = (counts[counted] ?? 0) + 1;
      }
      if (lines.length < LINES_AT_ONCE) return counts;
      from = `(${lines.at(-1)?.[0]}`;
    }
  }

  return {
    async totals(drop) {
      const { control, waiting, present, late } = dropKeys(drop);
      const [state, inLine, checkedIn, cameLate, log] = await Promise.all([
        redis.hgetall(control),
        redis.zcard(waiting),
        redis.zcard(present),
        redis.llen(late),
        tally(drop),
      ]);
      if (Object.keys(state).length === 0) return null;
      const number = (name: string) => Number(state[name] ?? 0);
      const at = (name: string) => (number(name) > 0 ? new Date(number(name) / 1000).toISOString() : null);
      return {
        openedAt: at('opened_us'),
        revealedAt: at('revealed_us'),
        joined: number('joined_total'),
        entered: number('entered_total'),
        left: number('left_total'),
        missed: number('missed_total'),
        waiting: inLine,
        present: checkedIn,
        late: cameLate,
        log,
      };
    },

    async roster(drop) {
      const { control, roster } = dropKeys(drop);
      const [[version, root, revealedUs], head] = await Promise.all([
        redis.hmget(control, 'policy_version', 'roster_root', 'revealed_us'),
        redis.get(roster),
      ]);
      if (version == null) return null;
      return {
        root: root ?? '',
        head: head === null ? null : (JSON.parse(head) as RosterHead),
        revealedAt: Number(revealedUs) > 0 ? new Date(Number(revealedUs) / 1000) : null,
      };
    },

    rosterPage: (drop, build, page) => redis.get(rosterPageKey(drop, build, page)),

    async *late(drop) {
      for (let from = 0; ; from += LINES_AT_ONCE) {
        const lines = await redis.lrange(dropKeys(drop).late, from, from + LINES_AT_ONCE - 1);
        if (lines.length > 0) yield lines.map((line) => `${line}\n`).join('');
        if (lines.length < LINES_AT_ONCE) return;
      }
    },

    look: (meant) => run('look', meant),

    async remove(meant) {
      const { id } = meant.drop;
      const removal = await run('remove', meant);
      if (removal.status !== 'removed') return removal;
      await redis.zrem(DROPS_KEY, id);
      const pages = await redis.unlink(pageKey(id));
      return { status: 'removed', count: removal.count + pages };
    },

    async removePages(drop, { build, pageRoots }) {
      let removed = 0;
      for (let from = 0; from < pageRoots.length; from += PAGES_AT_ONCE) {
        const count = Math.min(PAGES_AT_ONCE, pageRoots.length - from);
        const keys = Array.from({ length: count }, (_, index) => rosterPageKey(drop, build, from + index));
        removed += await redis.unlink(...keys);
      }
      return removed;
    },

    async forget(drop, at) {
      // First: a room that misses a drop would put it back from its own copy.
      await redis.zadd(ARCHIVED_KEY, at.getTime(), drop);
      const roster = await redis.get(dropKeys(drop).roster).catch(() => null);
      const pages = roster === null ? 0 : await this.removePages(drop, JSON.parse(roster) as RosterHead);
      const listed = await redis.zrem(DROPS_KEY, drop);
      const keys = [...slotKeys(drop), dropKeys(drop).journal, pageKey(drop)];
      return pages + listed + (await removeKeys(redis, keys));
    },

    async markArchived(drops) {
      for (let from = 0; from < drops.length; from += LINES_AT_ONCE) {
        const some = drops.slice(from, from + LINES_AT_ONCE);
        await redis.zadd(ARCHIVED_KEY, ...some.flatMap(({ id, at }) => [at.getTime(), id]));
      }
    },
    async unmarkArchived(drop) {
      await redis.zrem(ARCHIVED_KEY, drop);
    },
    countArchived: () => redis.zcard(ARCHIVED_KEY),
    scan: () => scanDrops(redis),
    removeKeys: (keys) => removeKeys(redis, keys),
  };
}
