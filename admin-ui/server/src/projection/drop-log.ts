/** Reads what the room has written of a drop and its tickets: its log, its sets. Nothing is changed. */
import type { Redis } from 'ioredis';
import { type LogLine, parseLogEntry } from '../domain/drop-log.ts';
import { dropKeys } from './keys.ts';

/** Entries of one round trip: some half a megabyte, more where many were granted at once, and a few milliseconds of Redis. */
const LINES_AT_ONCE = 2000;
const MEMBERS_AT_ONCE = 1000;

export interface TicketStanding {
  readonly standing: 'waiting' | 'checked-in' | 'entered' | 'spent' | 'unknown';
  readonly order: number | null;
  /** Why it is spent. */
  readonly reason: string | null;
}

export interface DropReader {
  /** Every line, oldest first. */
  log(drop: string): AsyncIterable<LogLine>;
  standing(drop: string, number: string): Promise<TicketStanding>;
  /** Public numbers of every ticket that Redis knows; a number may come twice. */
  numbers(drop: string): AsyncIterable<string>;
}

export function createDropReader(redis: Redis): DropReader {
  return {
    async *log(drop) {
      const key = dropKeys(drop).log;
      for (let after = '-'; ; ) {
        const lines = await redis.xrange(key, after, '+', 'COUNT', LINES_AT_ONCE);
        for (const [, fields] of lines) yield* parseLogEntry(fields);
        const last = lines.at(-1)?.[0];
        if (last === undefined || lines.length < LINES_AT_ONCE) return;
        after = `(${last}`;
      }
    },

    async standing(drop, number) {
      const { waiting, present, sessions, spent, reasons } = dropKeys(drop);
      const [waits, checked, inside, over, reason] = await Promise.all([
        redis.zscore(waiting, number),
        redis.zscore(present, number),
        redis.zscore(sessions, number),
        redis.zscore(spent, number),
        redis.hget(reasons, number),
      ]);
      if (checked !== null) return { standing: 'checked-in', order: Number(checked), reason: null };
      if (waits !== null) return { standing: 'waiting', order: Number(waits), reason: null };
      if (inside !== null) return { standing: 'entered', order: null, reason: null };
      return { standing: over === null ? 'unknown' : 'spent', order: null, reason };
    },

    async *numbers(drop) {
      const { waiting, present, sessions, spent } = dropKeys(drop);
      for (const key of [waiting, present, sessions, spent]) {
        let cursor = '0';
        do {
          const [next, found] = await redis.zscan(key, cursor, 'COUNT', MEMBERS_AT_ONCE);
          for (let at = 0; at < found.length; at += 2) yield found[at] ?? '';
          cursor = next;
        } while (cursor !== '0');
      }
    },
  };
}
