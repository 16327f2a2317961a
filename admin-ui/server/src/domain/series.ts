/** A series: drops that recur. Each occurrence is a drop of its own, made some days ahead. */
import type { AdmissionPolicy } from './admission-policy.ts';
import type { DropPage, Product } from './drop.ts';
import type { DropAccess } from './drop-access.ts';
import type { Recurrence } from './recurrence.ts';

/** What drops that are still to be made begin with. */
export interface SeriesPlan {
  readonly admission: AdmissionPolicy;
  readonly page: DropPage;
  readonly perShopperLimit: number;
  readonly currency: string;
  readonly products: readonly Product[];
  readonly access: DropAccess;
}

export interface Series extends Recurrence {
  readonly id: string;
  readonly name: string;
  /** Drops are made so long before they open. */
  readonly aheadDays: number;
  /** From opening to closing; null: they stay open. */
  readonly openSeconds: number | null;
  readonly plan: SeriesPlan;
  /** Occurrences up to here are made. */
  readonly madeUntil: Date;
  /** When it was last changed, or ended. */
  readonly changedAt: Date;
  readonly endedAt: Date | null;
}

/** `aurora-weekly-20261201-1800`: from series and clock time, so that whoever makes it makes the same. */
export function occurrenceId(series: string, local: string): string {
  return `${series}-${local.replaceAll(/[-:]/g, '').replace('T', '-')}`;
}

/** Its drops' ids are 14 longer. */
export const SERIES_ID = '^[a-z0-9](?:[a-z0-9-]{0,24}[a-z0-9])?$';
