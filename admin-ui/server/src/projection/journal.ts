/** Acts in Redis alone, and the journal of them: on the slot of their drop, so that neither is there without the other. */
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { Drop } from '../domain/drop.ts';
import { type JournalEntry, parseEntry } from '../domain/journal.ts';
import { dropKeys, pageKey } from './keys.ts';
import { readLive } from './live.ts';
import { readPlanInRedis } from './plan-in-redis.ts';
import { pageDocument, policyFields } from './policy-fields.ts';

export type SteerOutcome =
  | { readonly status: 'written'; readonly version: number }
  | { readonly status: 'no-such-drop' }
  /** Somebody was faster: read again. */
  | { readonly status: 'changed' };

export interface Journal {
  /** What Redis has of a drop. */
  plan(drop: string): Promise<Drop | undefined>;
  live: (drop: string) => ReturnType<typeof readLive>;
  /** Puts a changed drop in force, and keeps the entry. `before` is the drop it was decided by. */
  steer(before: Drop, after: Drop, entry: JournalEntry): Promise<SteerOutcome>;
  /** Oldest first. */
  read(drop: string): Promise<JournalEntry[]>;
  /** The ledger has it. */
  forget(entry: JournalEntry): Promise<void>;
}

const script = readFileSync(new URL('../../lua/steer-without-ledger.lua', import.meta.url), 'utf8');
/** More acts than this in one outage is a script that runs away; the rest follow in the next round. */
const READ_AT_ONCE = 500;

export function createJournal(redis: Redis): Journal {
  return {
    plan: (drop) => readPlanInRedis(redis, drop),
    live: (drop) => readLive(redis, [drop]),
    async steer(before, after, entry) {
      const { control, journal } = dropKeys(before.id);
      const [was, is] = [policyFields(before), policyFields(after)];
      const changed = Object.entries(is).filter(([name, value]) => was[name] !== value);
      const args = [String(before.policyVersion), JSON.stringify(entry), ...changed.flat()];
      // Rare enough to send the text: nothing has to be loaded first.
      const reply = await redis.eval(script, 2, control, journal, ...args);
      const [status, version] = reply as ['written' | 'no-such-drop' | 'changed', number?];
      if (status !== 'written') return { status };
      // What codes are read by is no act's to change without the ledger, and stays as it is.
      const { codes } = JSON.parse((await redis.get(pageKey(before.id))) ?? '{}');
      await redis.set(pageKey(before.id), pageDocument({ ...after, policyVersion: Number(version) }, codes));
      return { status, version: Number(version) };
    },
    async read(drop) {
      const texts = await redis.lrange(dropKeys(drop).journal, 0, READ_AT_ONCE - 1);
      return texts.map(parseEntry).filter((entry) => entry !== undefined);
    },
    async forget(entry) {
      await redis.lrem(dropKeys(entry.drop).journal, 1, JSON.stringify(entry));
    },
  };
}
