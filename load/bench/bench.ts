/** What a bench is. Each stands in a file of its own in benches/ and is named in registry.ts. */
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import type { Stack, StackOptions } from '../../scripts/lib/stack.mjs';
import type { Client } from './helpers.ts';
import type { Timing } from './measure.ts';

export interface Bench {
  /** As on the command line. */
  readonly name: string;
  /** One line for the list of benches. */
  readonly summary: string;
  /** How many of which services it needs, where that is not one of each (the example shop never runs). */
  readonly services?: Pick<StackOptions, 'rooms' | 'checkouts' | 'admin'>;
  /** @throws Error when something was answered or kept other than expected: such a figure counts for nothing */
  run(context: BenchContext): Promise<Figures>;
}

/** Everything that runs already when a bench begins. */
export interface BenchContext {
  readonly stack: Stack;
  readonly client: Client;
  /** The stack's own Redis database. */
  readonly redis: Redis;
  /** The stack's own Postgres database. */
  readonly postgres: Pool;
  /** For files of this run; removed afterwards. */
  readonly folder: string;
  readonly timing: Timing;
  /** The short form for tests: fewer shoppers, too. */
  readonly isShort: boolean;
  readonly note: (text: string) => void;
}

export interface Figures {
  /** Service against baseline; null where there is nothing to compare with. */
  readonly ratio: number | null;
  /** What the service does, in `unit`. */
  readonly value: number;
  readonly baseline: number | null;
  readonly unit: string;
  /** CPU of the baseline a request ÷ CPU of the service a request; null where it can't be read. */
  readonly cpuRatio: number | null;
  /** CPU of the store a request, in µs; null where it can't be read. */
  readonly storeCpuUs: number | null;
  /** Which figure must reach what, such as `{ ratio: 0.45 }`. */
  readonly bars: Readonly<Record<string, number>>;
  /** Which figure must not exceed what, such as `{ callP99Ms: 1 }`. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly [more: string]: unknown;
}
