/** Rehearsals: copies of a drop that a simulated crowd tries out. Their id is their mark, in room and checkout too (ADR 0115). */
import type { CrowdSettings } from './crowd.ts';
import type { Drop, Product } from './drop.ts';
import type { Fault } from './fault.ts';

export const REHEARSAL_PREFIX = 'rehearsal-';

export const isRehearsal = (drop: string): boolean => drop.startsWith(REHEARSAL_PREFIX);

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
  /** Null: nobody. */
  readonly stopWantedBy: string | null;
  readonly endedAt: Date | null;
  readonly endReason: RehearsalEnd | null;
  /** Null before the end, and where room and checkout could not be asked any more. */
  readonly result: unknown;
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
  const { name, page, perShopperLimit, currency, products, timeZone } = source;
  return {
    ...{ id, name, page, perShopperLimit, currency, timeZone },
    products: [...products],
    admission: { ...source.admission, lobbySeconds: settings.lobbySeconds },
    opensAt: opensAt.toISOString(),
    closesAt: endsAt.toISOString(),
  };
}

type CopiedPlan = Pick<
  Drop,
  'id' | 'name' | 'page' | 'perShopperLimit' | 'currency' | 'timeZone' | 'admission'
> & {
  products: Product[];
  opensAt: string;
  closesAt: string;
};
