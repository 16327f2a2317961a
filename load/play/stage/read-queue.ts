/** What Redis says about a drop once it is over: its log from the first line to the last, and whom the queue still knows. */
import { Redis } from 'ioredis';
import { type LogLine, parseLogEntry } from '../judge/log-line.ts';

const PAGE = 5000;

export interface QueueRecord {
  readonly log: readonly LogLine[];
  readonly known: ReadonlySet<string>;
  readonly stillWaiting: readonly { readonly number: string; readonly order: number }[];
}

export async function readQueue(redisUrl: string, drop: string): Promise<QueueRecord> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 3 });
  try {
    const key = (name: string) => `wr:{${drop}}:${name}`;
    const log: LogLine[] = [];
    for (let from = '-'; ; ) {
      const entries = await redis.xrange(key('log'), from, '+', 'COUNT', PAGE);
      for (const [, fields] of entries) log.push(...parseLogEntry(fields));
      const last = entries.at(-1);
      if (last === undefined || entries.length < PAGE) break;
      from = `(${last[0]}`;
    }
    const known = new Set<string>();
    const stillWaiting: { number: string; order: number }[] = [];
    for (const name of ['waiting', 'present', 'sessions', 'spent']) {
      const members = await redis.zrange(key(name), '0', '-1', 'WITHSCORES');
      for (let at = 0; at < members.length; at += 2) {
        const number = members[at] as string;
        known.add(number);
        if (name === 'waiting') stillWaiting.push({ number, order: Number(members[at + 1]) });
      }
    }
    return { log, known, stillWaiting };
  } finally {
    redis.disconnect();
  }
}
