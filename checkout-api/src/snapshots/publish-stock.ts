/**
 * Writes what the public may know of a drop's stock to Redis, where the waiting room serves it from. Best effort: Redis
 * is never the ledger, and nothing that sells waits for it.
 */
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { StockPicture } from '../store/stock.ts';

/** A checkout that is silent for so long has no stock picture any more, rather than a wrong one. */
const lifetimeMs = 30_000;

const script = readFileSync(new URL('../../lua/publish-stock.lua', import.meta.url), 'utf8');

export interface PicturePublisher {
  /** Resolves whatever happens; a failure is told to `onError`. */
  publish(drop: string, picture: StockPicture): Promise<void>;
}

export function createPicturePublisher(redis: Redis, onError: (error: unknown) => void): PicturePublisher {
  return {
    async publish(drop, picture) {
      try {
        await redis.eval(
          script,
          1,
          `co:{${drop}}:stock`,
          picture.version,
          JSON.stringify(picture),
          lifetimeMs,
        );
      } catch (error) {
        onError(error);
      }
    },
  };
}
