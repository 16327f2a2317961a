/** A drop as the control plane plans it. What it is doing at the moment is in Redis. */
import type { CodeBatch } from './access-codes.ts';
import type { AdmissionPolicy } from './admission-policy.ts';
import type { DropAccess } from './drop-access.ts';
import type { Words } from './page-words.ts';
import type { Ramp } from './ramp.ts';
import type { Theme } from './theme.ts';

/** What an operator has put over the schedule; '' is nothing. */
export const OVERRIDES = ['', 'paused', 'draining', 'closed', 'queue_all', 'pass_through'] as const;
export type Override = (typeof OVERRIDES)[number];

/** What shoppers see, and where they may be sent back to. Nothing that decides. */
export interface DropPage {
  /** By language (BCP 47). */
  message: Record<string, string>;
  returnOrigins: string[];
  defaultReturnTo: string | null;
  /** Whether shoppers in line see what is left of each product. */
  showStock: boolean;
  /** Null: Sluice's own colours. */
  theme: Theme | null;
  /** What the merchant says otherwise than Sluice. */
  words: Words;
  logo: Logo | null;
}

/** A merchant's sign as shoppers get it: re-encoded, never as it was sent. */
export interface Logo {
  /** SHA-256 of its bytes, base64url. */
  readonly hash: string;
  /** In pixels; shown at half of it. */
  readonly width: number;
  readonly height: number;
}

/** The page of a drop of which nothing is said. */
export const PLAIN_PAGE: DropPage = {
  message: {},
  returnOrigins: [],
  defaultReturnTo: null,
  showStock: false,
  theme: null,
  words: {},
  logo: null,
};

export interface Product {
  sku: string;
  name: string;
  priceMinor: number;
  /** Units at the start; later changes are movements. */
  stock: number;
}

/** What a drop has of a series. */
export interface DropSeries {
  readonly id: string;
  /** Clock time of the occurrence, as the rule gives it; its opening may have been moved since. */
  readonly occursLocal: string;
  /** Somebody has changed its plan: changes of the series leave it alone. */
  readonly isEditedAlone: boolean;
}

export interface Drop {
  readonly id: string;
  readonly name: string;
  readonly opensAt: Date;
  readonly lobbyOpensAt: Date;
  readonly closesAt: Date | null;
  /** IANA; how the times are meant and shown. */
  readonly timeZone: string;
  readonly admission: AdmissionPolicy;
  readonly page: DropPage;
  readonly perShopperLimit: number;
  readonly currency: string;
  readonly products: readonly Product[];
  /** Who may join, and with which class. */
  readonly access: DropAccess;
  /** What access codes and bypass codes there are; never the codes. */
  readonly codeBatches: readonly CodeBatch[];
  readonly override: Override;
  /** When the override ends by itself; null: never. */
  readonly overrideUntil: Date | null;
  /** Who answers for it, and why it is there. */
  readonly overrideOwner: string | null;
  readonly overrideReason: string | null;
  /** On the way to `ratePerMinute`; null: it is there. */
  readonly ramp: Ramp | null;
  /** Until then a silent checkout does not stop entries; null: it does. */
  readonly ignoreCapacityUntil: Date | null;
  /** Hex SHA-256 of the seed; null for a drop without a draw. */
  readonly commit: string | null;
  /** Planned, and not scheduled any more: the room has an opening that never comes. */
  readonly isDraft: boolean;
  /** Null: it stands alone. */
  readonly series: DropSeries | null;
  /** Rises with every change. */
  readonly policyVersion: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What an act may change of a drop. */
export type DropChange = Partial<
  Pick<
    Drop,
    | 'name'
    | 'opensAt'
    | 'lobbyOpensAt'
    | 'closesAt'
    | 'timeZone'
    | 'admission'
    | 'page'
    | 'perShopperLimit'
    | 'access'
    | 'codeBatches'
    | 'isDraft'
    | 'override'
    | 'overrideUntil'
    | 'overrideOwner'
    | 'overrideReason'
    | 'ramp'
    | 'ignoreCapacityUntil'
    | 'commit'
  >
>;

/** When the lobby of a drop opens that opens then. */
export function lobbyOpening(opensAt: Date, { lobbySeconds }: Pick<AdmissionPolicy, 'lobbySeconds'>): Date {
  return new Date(opensAt.getTime() - lobbySeconds * 1000);
}
