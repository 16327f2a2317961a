/**
 * Which idempotency keys of a drop have a reservation, as of a moment: so that a crowd that comes too late can be
 * answered without Postgres, and the one among them who repeats a request that succeeded still gets their own answer.
 */
import { fingerprint } from '../domain/fingerprint.ts';
import { type Database, query } from './statements.ts';

/**
 * A reservation is dated when its batch begins and seen when it has committed. No statement lives longer than its
 * time-out of 5 s, so whatever committed since the last reading is dated after this long before it.
 */
const overlapMs = 6000;

export interface ReservedKeys {
  /** Whether what was last read is as old as a key may be that was used on another instance (ADR 0127). */
  isOld(drop: string): boolean;
  /** Reads what was reserved up to now; whoever asks while it is being read gets the next reading. */
  refresh(drop: string): Promise<void>;
  /** False: this key had no reservation when it was last read. Small chance of a wrong true, never of a wrong false. */
  mayHave(drop: string, jti: string, key: string): boolean;
  /** A reservation made here. */
  add(drop: string, jti: string, key: string): void;
  forget(drop: string): void;
}

/**
 * A key that has been used elsewhere since is told "sold out" for other lines that are, and not that it is used. With 0.2 s for
 * which the refusal itself is believed, 2 s at most.
 */
export const knownMs = 1800;

interface Known {
  /** Numbers are a tenth of the memory of the keys; a clash, by chance or made on purpose, costs one look-up. */
  fingerprints: Set<number>;
  readUpTo: Date | null;
  /** When the last reading that succeeded was asked for, by our own clock. */
  askedAt: number;
  reading: Promise<void> | undefined;
}

export function createReservedKeys(
  database: Database,
  now: () => number = () => performance.now(),
): ReservedKeys {
  const byDrop = new Map<string, Known>();

  async function read(drop: string, known: Known): Promise<void> {
    const askedAt = now();
    const since = known.readUpTo && new Date(known.readUpTo.getTime() - overlapMs);
    type Row = { at: Date; jtis: string[]; keys: string[] };
    const [row] = await query<Row>(database, 'list-reserved-keys', [drop, since]);
    if (row === undefined) throw new Error('list-reserved-keys answered no row');
    for (const [at, jti] of row.jtis.entries())
      known.fingerprints.add(fingerprint(jti, row.keys[at] as string));
    known.readUpTo = row.at;
    known.askedAt = askedAt;
  }

  return {
    isOld: (drop) => now() - (byDrop.get(drop)?.askedAt ?? Number.NEGATIVE_INFINITY) > knownMs,
    refresh(drop) {
      let known = byDrop.get(drop);
      if (known === undefined) {
        known = {
          fingerprints: new Set(),
          readUpTo: null,
          askedAt: Number.NEGATIVE_INFINITY,
          reading: undefined,
        };
        byDrop.set(drop, known);
      }
      const current = known;
      const after = current.reading ?? Promise.resolve();
      const reading = after
        .catch(() => {})
        .then(() => read(drop, current))
        .finally(() => {
          if (current.reading === reading) current.reading = undefined;
        });
      current.reading = reading;
      return reading;
    },
    mayHave(drop, jti, key) {
      const known = byDrop.get(drop);
      return known?.readUpTo ? known.fingerprints.has(fingerprint(jti, key)) : true;
    },
    add(drop, jti, key) {
      byDrop.get(drop)?.fingerprints.add(fingerprint(jti, key));
    },
    forget(drop) {
      byDrop.delete(drop);
    },
  };
}
