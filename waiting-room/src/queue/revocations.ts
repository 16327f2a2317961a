/**
 * The admissions of a drop that were taken back while their tokens may still live, as the document that verifiers
 * follow. Read from Redis twice a second at most, whoever asks.
 */
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { dropKeys } from './keys.ts';

/** A part of the 5 s in which a revocation is known everywhere (ADR 0126). */
const FRESH_MS = 500;

export interface RevocationList {
  /** JSON text. */
  readonly body: string;
  readonly etag: string;
}

export class Revocations {
  readonly #redis: Redis;
  readonly #lists = new Map<string, { at: number; reading: Promise<RevocationList> }>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** At most half a second old. Rejects while Redis can't be asked. */
  read(drop: string): Promise<RevocationList> {
    const known = this.#lists.get(drop);
    if (known !== undefined && performance.now() - known.at < FRESH_MS) return known.reading;
    const reading = this.#read(drop);
    const list = { at: performance.now(), reading };
    this.#lists.set(drop, list);
    reading.catch(() => {
      if (this.#lists.get(drop) === list) this.#lists.delete(drop);
    });
    return reading;
  }

  forget(drop: string): void {
    this.#lists.delete(drop);
  }

  async #read(drop: string): Promise<RevocationList> {
    const revoked = await this.#redis.zrange(dropKeys(drop).revoked, '0', '-1');
    const body = JSON.stringify({ drop, revoked: revoked.sort() });
    const digest = createHash('sha256').update(body).digest('base64url');
    return { body, etag: `"${digest.slice(0, 22)}"` };
  }
}
