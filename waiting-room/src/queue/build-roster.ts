/** Reads the lobby of an opened drop and writes its roster's pages (Q10). Publishing them is another step. */
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { parseClass } from '../domain/draw.ts';
import { HeadBuilder, type RosterHead } from '../domain/roster.ts';
import { RosterCollector } from '../domain/roster-collector.ts';
import { dropKeys, rosterPageKey } from './keys.ts';
import { loadScript, runScript } from './scripts.ts';

/** Pages outlive any drop; those of a build that was not published go the same way. */
const PAGE_SECONDS = 30 * 86_400;

/**
 * Nothing joins at a drawn order after the opening (Q9), so every build of a drop finds the same tickets but for those
 * who leave meanwhile. Reads 500 at a time, so that Redis is never held up (Q5).
 */
export async function buildRoster(redis: Redis, drop: string): Promise<RosterHead> {
  const build = randomBytes(6).toString('hex');
  const roster = await readLobby(redis, drop);
  const head = new HeadBuilder();
  let index = 0;
  for (const page of roster.pages()) {
    await redis.set(rosterPageKey(drop, build, index++), page, 'EX', PAGE_SECONDS);
    head.add(page);
  }
  return head.head(build);
}

async function readLobby(redis: Redis, drop: string): Promise<RosterCollector> {
  const { waiting, classes } = dropKeys(drop);
  const script = loadScript('read-lobby');
  const roster = new RosterCollector();
  let from = '-inf';
  let seen = new Set<string>();
  for (;;) {
    const reply = await runScript(redis, script, [waiting, classes], [from]);
    const before = roster.size;
    const last = String(reply.at(-2) ?? from);
    const seenAtLast = new Set<string>(last === from ? seen : []);
    for (let i = 0; i < reply.length; i += 3) {
      const [number, order, ticketClass] = [String(reply[i]), String(reply[i + 1]), String(reply[i + 2])];
      // The chunk begins at the order the last one ended with, so some of its tickets have been read.
      if (!seen.has(number)) {
        const { band, chances } = parseClass(ticketClass);
        roster.add(number, band, chances);
      }
      if (order === last) seenAtLast.add(number);
    }
    if (roster.size === before) return roster;
    from = last;
    seen = seenAtLast;
  }
}
