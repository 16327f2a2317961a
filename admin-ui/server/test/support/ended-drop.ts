/** A drop that is over, with everything in Redis that a room leaves behind. */
import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { DEFAULT_POLICY } from '../../src/domain/admission-policy.ts';
import { PLAIN_PAGE } from '../../src/domain/drop.ts';
import { OPEN_ACCESS } from '../../src/domain/drop-access.ts';
import { pageRoot, rootOf } from '../../src/domain/roster-root.ts';
import { slotKeys } from '../../src/projection/keys.ts';
import type { NewDrop } from '../../src/store/drops.ts';
import { anyDrop } from './control-plane.ts';
import type { TestStores } from './stores.ts';

const PAGE_LINES = 4096;

export interface EndedDrop {
  readonly id: string;
  readonly root: string;
  readonly pages: readonly string[];
}

/** @param lines of its roster; 0: nobody took part in a draw */
export async function createEndedDrop(
  { plane, projection, redis }: Pick<TestStores, 'plane' | 'projection' | 'redis'>,
  { lines = 5000, endedMinutesAgo = 60 }: { lines?: number; endedMinutesAgo?: number } = {},
): Promise<EndedDrop> {
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  const plan: NewDrop = {
    id: anyDrop(),
    name: 'Aurora Low',
    lobbyOpensAt: minutesAgo(1440),
    opensAt: minutesAgo(1400),
    closesAt: minutesAgo(endedMinutesAgo),
    timeZone: 'UTC',
    admission: { ...DEFAULT_POLICY, lobby: lines > 0 ? 'draw' : 'fifo' },
    page: PLAIN_PAGE,
    ...{ perShopperLimit: 2, currency: 'EUR', products: [], override: '', overrideUntil: null },
    ...{ access: OPEN_ACCESS, codeBatches: [], isDraft: false },
    ...{ overrideOwner: null, overrideReason: null, ramp: null, ignoreCapacityUntil: null, series: null },
  };
  const drop = await plane.drops.create(plan, { actor: 'test', reason: null }, null);
  if (!drop) throw new Error('the id is taken');
  await projection.write(drop, await plane.drops.seedOf(drop));
  const { id } = drop;
  const control = `wr:{${id}}:control`;
  const { pages, pageRoots, root } = rosterOf(lines);
  const openedUs = (Date.now() - 22 * 3_600_000) * 1000;
  await redis.hset(control, {
    ...{
      opened_us: openedUs,
      joined_total: 70,
      entered_total: 40,
      left_total: 7,
      missed_total: 3,
      run_id: 'x',
    },
    ...(lines > 0 && { revealed_us: openedUs + 2_000_000, roster_root: root }),
  });
  for (const key of slotKeys(id).slice(3)) {
    if (/:(log|roster|seed|pulse|pulse-lease|draw-lease|stock)$/.test(key)) continue;
    if (/:(reasons|grants|extensions|addresses|classes)$/.test(key)) await redis.hset(key, 'a', '1');
    else await redis.zadd(key, 1, 'a', 2, 'b');
  }
  const expired = (Date.now() - 60_000) * 1000;
  await redis.zadd(`wr:{${id}}:sessions`, expired, 'somebody');
  for (const [k, reason] of [
    ['open', ''],
    ['grant', ''],
    ['end', 'paid'],
    ['end', 'expired'],
    ['end', 'paid'],
  ] as const)
    await redis.xadd(`wr:{${id}}:log`, '*', 'k', k, 'us', 1, ...(reason ? ['n', 'x', 'r', reason] : []));
  if (lines > 0) {
    const build = 'b1';
    const head = {
      ...{ build, size: lines, root },
      pageRoots: pageRoots.map((one) => one.toString('base64url')),
      pageFirsts: pages.map((page) => page.slice(0, 43)),
    };
    await redis.set(`wr:{${id}}:roster`, JSON.stringify(head));
    for (const [index, page] of pages.entries())
      await redis.set(`wr:{${id}}:roster:${build}:${index}`, page, 'EX', 86_400);
    await redis.rpush(`wr:{${id}}:late`, `${'L'.repeat(43)} 0 1`, `${'M'.repeat(43)} 0 1`);
  }
  return { id, root, pages };
}

interface Roster {
  readonly pages: readonly string[];
  readonly pageRoots: readonly Buffer[];
  readonly root: string;
}
/** By length: making one is what takes the time. */
const rosters = new Map<number, Roster>();

function rosterOf(lines: number): Roster {
  const known = rosters.get(lines);
  if (known) return known;
  const numbers = Array.from({ length: lines }, () =>
    createHash('sha256').update(randomBytes(16)).digest('base64url'),
  ).sort();
  const pages: string[] = [];
  for (let from = 0; from < lines; from += PAGE_LINES)
    pages.push(
      numbers
        .slice(from, from + PAGE_LINES)
        .map((number) => `${number} 0 1\n`)
        .join(''),
    );
  const pageRoots = pages.map(pageRoot);
  const roster = { pages, pageRoots, root: rootOf(pageRoots).toString('base64url') };
  rosters.set(lines, roster);
  return roster;
}

/** Keys of a drop that would stay. */
export async function keysOf(redis: Redis, id: string): Promise<string[]> {
  const keys = await redis.keys(`*${id}*`);
  const ttls = await Promise.all(keys.map((key) => redis.ttl(key)));
  const listed = (await redis.zscore('wr:drops', id)) === null ? [] : ['wr:drops'];
  return [...keys.filter((key, index) => ttls[index] === -1 || key.includes('roster')), ...listed].sort();
}
