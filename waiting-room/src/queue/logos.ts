/** Merchants' logos, by the hash of their content: read once, since none ever changes. */
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { logoKey } from './keys.ts';

/** Of 10 KB each: 5 MB, more than an organisation has. */
const KEPT_MAX = 500;

export class Logos {
  readonly #redis: Redis;
  readonly #kept = new Map<string, Buffer>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** WebP; null when there is none of that content. */
  async read(hash: string): Promise<Buffer | null> {
    const known = this.#kept.get(hash);
    if (known) return known;
    const image = await this.#redis.getBuffer(logoKey(hash));
    // Its address says what it is: nothing else leaves under it, to be kept for a year.
    if (image === null || createHash('sha256').update(image).digest('base64url') !== hash) return null;
    if (this.#kept.size >= KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value as string);
    this.#kept.set(hash, image);
    return image;
  }
}
