/**
 * The draw's seed in memory, for as long as a lobby needs it. It never leaves the process before the reveal (Q8).
 */
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Redis } from 'ioredis';
import { commitOf } from '../domain/draw.ts';
import { dropKeys } from './keys.ts';

export class Seeds {
  readonly #redis: Redis;
  readonly #known = new Map<
    string,
    { readonly hex: string; readonly key: KeyObject; readonly commit: string }
  >();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Reads the seed anew; one that Redis has lost stays known. */
  async load(drop: string): Promise<void> {
    const hex = await this.#redis.get(dropKeys(drop).seed);
    if (hex === null || !/^[0-9a-f]{64}$/.test(hex)) return;
    this.recall(drop, hex);
  }

  /** Takes a seed from elsewhere than Redis: a healing file. */
  recall(drop: string, hex: string): void {
    const key = createSecretKey(Buffer.from(hex, 'hex'));
    this.#known.set(drop, { hex, key, commit: commitOf(hex) });
  }

  /** Whatever is in memory, with the commitment it answers to; null when nothing is. */
  current(drop: string): { readonly key: KeyObject; readonly commit: string } | null {
    return this.#known.get(drop) ?? null;
  }

  /** The seed already in memory, where it matches what was committed to; null otherwise. */
  known(drop: string, commit: string): { readonly hex: string; readonly key: KeyObject } | null {
    const known = this.#known.get(drop);
    return known !== undefined && known.commit === commit ? known : null;
  }

  forget(drop: string): void {
    this.#known.delete(drop);
  }
}
