/** Rehearsals: copies of a drop that a simulated crowd tries out. Their id is their mark, in room and checkout too (ADR 0115). */
import { createHash } from 'node:crypto';
import type { CodeBatch } from './access-codes.ts';
import type { CrowdSettings } from './crowd.ts';
import type { Drop, Product } from './drop.ts';
import type { Fault } from './fault.ts';

export const REHEARSAL_PREFIX = 'rehearsal-';

export const isRehearsal = (drop: string): boolean => drop.startsWith(REHEARSAL_PREFIX);

/**
 * Of a copy of `source`: twelve random digits, and eight of SHA-256 over them, a point and the source. By these a connector knows,
 * without asking anybody, which drop it is a copy of (connector/src/rehearsals.ts).
 * @param random twelve hex digits
 */
export function rehearsalIdOf(source: string, random: string): string {
  const mark = createHash('sha256').update(`${random}.${source}`).digest('hex').slice(0, 8);
  return `${REHEARSAL_PREFIX}${random}${mark}`;
}

/** Ids that only rehearsals have. @param id of a drop or a series */
export function reservedIdFaults(id: unknown): Fault[] {
  return typeof id === 'string' && isRehearsal(id)
    ? [{ path: '/id', reason: `must not begin with ${REHEARSAL_PREFIX}: only rehearsals are called so` }]
    : [];
}

/** Why one ended: its time was over, somebody stopped it, or the process that ran the crowd was gone. */
export const REHEARSAL_ENDS = ['over', 'stopped', 'interrupted'] as const;
export type RehearsalEnd = (typeof REHEARSAL_ENDS)[number];

/** What a crowd is let loose with. */
export interface RehearsalSettings extends CrowdSettings {
  /** From the start to the opening. */
  readonly lobbySeconds: number;
  /** From the opening to the end. */
  readonly openSeconds: number;
}

export interface Rehearsal {
  /** Of the copy, too. */
  readonly id: string;
  /** The drop that it is a copy of. */
  readonly source: string;
  readonly settings: RehearsalSettings;
  readonly startedBy: string;
  readonly startedAt: Date;
  readonly opensAt: Date;
  /** When it ends by itself. */
  readonly endsAt: Date;
  /** Whose child the crowd is. */
  readonly instance: string;
  /** When that instance last gave a sign of life, which tells where the crowd is, too. */
  readonly seenAt: Date;
  /** Null: nobody. */
  readonly stopWantedBy: string | null;
  readonly endedAt: Date | null;
  readonly endReason: RehearsalEnd | null;
  /** Null before the end, and where room and checkout could not be asked any more. */
  readonly result: unknown;
  /** As the crowd's instance told last; null before it has. */
  readonly crowd: unknown;
  /** When every side was asked to delete it. */
  readonly clearedAt: Date | null;
  /** When nothing was left of it anywhere. */
  readonly deletedAt: Date | null;
}

export type NewRehearsal = Pick<
  Rehearsal,
  'id' | 'source' | 'settings' | 'startedBy' | 'opensAt' | 'endsAt' | 'instance'
>;

/** The copy as it is planned: like its source, from now on, closed by itself. */
export function rehearsalPlan(source: Drop, { settings, opensAt, endsAt, id }: NewRehearsal): CopiedPlan {
  const { name, page, perShopperLimit, currency, products, timeZone, access } = source;
  return {
    ...{ id, name, page, perShopperLimit, currency, timeZone, access },
    products: [...products],
    admission: { ...source.admission, lobbySeconds: settings.lobbySeconds },
    opensAt: opensAt.toISOString(),
    closesAt: endsAt.toISOString(),
  };
}

type CopiedPlan = Pick<
  Drop,
  'id' | 'name' | 'page' | 'perShopperLimit' | 'currency' | 'timeZone' | 'admission' | 'access'
> & {
  products: Product[];
  opensAt: string;
  closesAt: string;
};

/** Batches of a copy by their number. */
export const REHEARSAL_CODES = { crowd: 0, staff: 1, bypass: 2 } as const;
/** Staff may walk as often as they like. */
const STAFF_USES_MAX = 1000;

/**
 * Codes of a copy are its own (ADR 0143): those that were sent out are neither used up by a rehearsal nor told to a crowd, and none of a
 * copy is good for the drop. There are such as the drop asks for: one for each simulated shopper, and one of each kind for staff.
 */
export function rehearsalBatches(
  { access, codeBatches }: Pick<Drop, 'access' | 'codeBatches'>,
  { settings, startedBy }: Pick<NewRehearsal, 'settings' | 'startedBy'>,
  createdAt: Date,
): CodeBatch[] {
  const isBypassed = codeBatches.some(({ kind, revokedAt }) => kind === 'bypass' && revokedAt === null);
  if (!access.codeRequired && !isBypassed) return [];
  const made = {
    wordDigest: null,
    createdAt: createdAt.toISOString(),
    createdBy: startedBy,
    revokedAt: null,
  };
  const { crowd, staff, bypass } = REHEARSAL_CODES;
  const usesMax = STAFF_USES_MAX;
  return [
    {
      ...made,
      number: crowd,
      kind: 'access',
      label: 'simulated shoppers',
      count: settings.shoppers,
      usesMax: 1,
    },
    { ...made, number: staff, kind: 'access', label: 'staff', count: 1, usesMax },
    ...(isBypassed
      ? [
          {
            ...made,
            number: bypass,
            kind: 'bypass' as const,
            label: 'staff, past the line',
            count: 1,
            usesMax,
          },
        ]
      : []),
  ];
}
