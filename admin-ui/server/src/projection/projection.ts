/** The policy of drops in Redis: written by compare-on-version, compared with what should be there (Q1). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isStoreFault } from '@sluice/service-kit';
import type { Redis } from 'ioredis';
import { codeRules } from '../domain/access-codes.ts';
import type { Drop } from '../domain/drop.ts';
import { readCodeUses, readToldUses, type ToldUse } from './code-uses.ts';
import { type RoomInstance, readInstances } from './instances.ts';
import { DROPS_KEY, dropKeys, logoKey, pageKey } from './keys.ts';
import { type LivePicture, readLive } from './live.ts';
import { pageDocument, pageVersion, policyFields } from './policy-fields.ts';

export type WriteOutcome =
  | { readonly status: 'written' | 'same' }
  /** Redis has a version that Postgres has never given: a database from a backup, or two installations on one Redis. */
  | { readonly status: 'newer'; readonly version: number }
  /** Not written: the opening can't move any more. */
  | { readonly status: 'opened'; readonly opensAt: Date }
  /** Not written: the lobby can't change any more. */
  | { readonly status: 'lobby-open'; readonly lobbyOpensAt: Date; readonly lobby: 'draw' | 'fifo' };

export interface Projection {
  /** @param seed hex, '' for a drop without a draw */
  write(drop: Drop, seed: string): Promise<WriteOutcome>;
  /** A logo that pages refer to. */
  keepLogo(hash: string, image: Buffer): Promise<unknown>;
  hasLogo(hash: string): Promise<boolean>;
  /** Ids of those that Redis does not hold as they should be. */
  lacking(drops: readonly Expected[]): Promise<string[]>;
  /** By drop id; all read at once. */
  live(drops: readonly string[]): Promise<Map<string, LivePicture>>;
  /** The room's instances, and the policy version of the drop that each goes by. */
  instances(drop: string): Promise<RoomInstance[]>;
  /** How often the codes of each batch were used. */
  codeUses(drop: string, batches: readonly number[]): Promise<Map<number, number>>;
  /** The uses of a bypass, one by one. */
  toldUses(
    drop: string,
    batch: number,
    range: { readonly after: number; readonly upTo: number },
  ): Promise<ToldUse[]>;
  ping(): Promise<unknown>;
}

export interface Expected {
  readonly id: string;
  readonly policyVersion: number;
  readonly hasSeed: boolean;
  /** Hash of the logo on its page. */
  readonly logo: string | null;
}

const noKey = (): never => {
  throw new Error('codes are written by who has their key');
};

/** Drops compared at once. */
const COMPARED_AT_ONCE = 200;
const SEED_HEX_LENGTH = 64;
/** Enough for the version at the beginning of a page document. */
const PAGE_BEGINNING = 40;

/** Long after the last page that shows it has left every edge; a logo that is still on a page is written again. */
const LOGO_SECONDS = 30 * 24 * 3600;

const text = readFileSync(new URL('../../lua/write-policy.lua', import.meta.url), 'utf8');
const sha = createHash('sha1').update(text).digest('hex');

/** @param codeKeyOf what codes of a drop are made and read by; a command that writes none has none */
export function createProjection(redis: Redis, codeKeyOf: (drop: string) => string = noKey): Projection {
  async function run(keys: string[], args: string[]): Promise<[string, string?, string?]> {
    try {
      return (await redis.evalsha(sha, keys.length, ...keys, ...args)) as [string, string?, string?];
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return (await redis.eval(text, keys.length, ...keys, ...args)) as [string, string?, string?];
    }
  }

  /** A fault: Redis can't be asked, which is nobody's loss. A key of another type is, and counts as missing. */
  async function isThere({ id, policyVersion, hasSeed, logo }: Expected): Promise<boolean | Error> {
    const { control, seed } = dropKeys(id);
    const replies = await Promise.allSettled([
      redis.hget(control, 'policy_version'),
      redis.getrange(pageKey(id), 0, PAGE_BEGINNING),
      redis.strlen(seed),
      redis.zscore(DROPS_KEY, id),
      logo === null ? 1 : redis.exists(logoKey(logo)),
    ]);
    const fault = replies.find((reply) => reply.status === 'rejected' && isStoreFault(reply.reason));
    if (fault) return (fault as PromiseRejectedResult).reason as Error;
    const [version, page, seedLength, listed, hasLogo] = replies.map((reply) =>
      reply.status === 'fulfilled' ? reply.value : null,
    );
    return (
      Number(version ?? 0) === policyVersion &&
      pageVersion(String(page ?? '')) === policyVersion &&
      Number(seedLength) === (hasSeed ? SEED_HEX_LENGTH : 0) &&
      listed !== null &&
      hasLogo === 1
    );
  }

  return {
    async write(drop, seed) {
      const { control, seed: seedKey } = dropKeys(drop.id);
      const fields = Object.entries(policyFields(drop)).flat();
      const [status, value, lobby] = await run(
        [control, seedKey],
        [String(drop.policyVersion), seed, ...fields],
      );
      const at = new Date(Number(value) / 1000);
      if (status === 'newer') return { status, version: Number(value) };
      if (status === 'opened') return { status, opensAt: at };
      if (status === 'lobby-open')
        return { status, lobbyOpensAt: at, lobby: lobby === 'fifo' ? 'fifo' : 'draw' };
      await redis.set(pageKey(drop.id), pageDocument(drop, codeRules(drop, codeKeyOf)));
      // Last: whoever finds a drop in the list finds its policy and its page, too.
      await redis.zadd(DROPS_KEY, drop.opensAt.getTime(), drop.id);
      return { status: status as 'written' | 'same' };
    },

    keepLogo: (hash, image) => redis.set(logoKey(hash), image, 'EX', LOGO_SECONDS),
    hasLogo: async (hash) => (await redis.exists(logoKey(hash))) === 1,

    async lacking(drops) {
      const lacking: string[] = [];
      for (let from = 0; from < drops.length; from += COMPARED_AT_ONCE) {
        const some = drops.slice(from, from + COMPARED_AT_ONCE);
        const compared = await Promise.all(some.map(isThere));
        // One server of a Cluster that is away hides nothing of the others.
        const faults = compared.filter((outcome) => outcome instanceof Error);
        if (faults.length === some.length) throw faults[0];
        for (const [index, { id }] of some.entries()) if (compared[index] === false) lacking.push(id);
      }
      return lacking;
    },

    live: (drops) => readLive(redis, drops),
    instances: (drop) => readInstances(redis, drop),
    codeUses: (drop, batches) => readCodeUses(redis, drop, batches),
    toldUses: (drop, batch, range) => readToldUses(redis, drop, batch, range),
    ping: () => redis.ping(),
  };
}
