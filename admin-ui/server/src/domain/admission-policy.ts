/**
 * The admission policy of a drop as one table: fields, defaults, bounds and reasons. The HTTP schema, the validation and
 * the table in README.md are made from it; nothing else states a bound.
 */

/** A field that takes whole or broken numbers between two bounds. */
export interface NumberField {
  readonly kind: 'integer' | 'number';
  /** Null: none. */
  readonly default: number | null;
  readonly min: number;
  readonly max: number;
  /** Null is a value of it: no such limit. */
  readonly nullable?: true;
  readonly why: string;
}

/** A field that takes one of a few words. */
export interface ChoiceField<Word extends string = string> {
  readonly kind: 'choice';
  readonly of: readonly Word[];
  readonly default: Word;
  readonly why: string;
}

/** A field that is so or not. */
export interface BooleanField {
  readonly kind: 'boolean';
  readonly default: boolean;
  readonly why: string;
}

export interface AdmissionPolicy {
  mode: 'always' | 'standby';
  lobby: 'draw' | 'fifo';
  lobbySeconds: number;
  ratePerMinute: number;
  burstSeconds: number;
  maxSessions: number | null;
  maxWaiting: number;
  callWindowSeconds: number;
  graceSeconds: number;
  extensionsMax: number;
  tokenSeconds: number;
  holdSeconds: number;
  returnSpreadSeconds: number;
  stockBound: 'on' | 'off';
  overbook: number;
  rejoinAfterPurchase: boolean;
}

export type PolicyField = NumberField | ChoiceField | BooleanField;

export const POLICY_FIELDS = {
  mode: {
    kind: 'choice',
    of: ['always', 'standby'],
    default: 'always',
    why: 'standby: joiners enter at once while rate and maxSessions have room, a line forms by itself when not',
  },
  lobby: {
    kind: 'choice',
    of: ['draw', 'fifo'],
    default: 'draw',
    why: 'order of those here before the opening: drawn, or first come first served',
  },
  lobbySeconds: {
    kind: 'integer',
    default: 900,
    min: 0,
    max: 86_400,
    why: '0: plain first come first served',
  },
  ratePerMinute: { kind: 'integer', default: 300, min: 0, max: 1_000_000, why: 'entries, not calls' },
  burstSeconds: {
    kind: 'integer',
    default: 1,
    min: 1,
    max: 10,
    why: 'seconds of the rate that an idle minute may save up',
  },
  maxSessions: {
    kind: 'integer',
    default: null,
    min: 1,
    max: 1_000_000,
    nullable: true,
    why: 'shoppers the checkout can carry at once; none: the rate alone',
  },
  maxWaiting: {
    kind: 'integer',
    default: 5_000_000,
    min: 1,
    max: 20_000_000,
    why: 'memory: some 125 MB of Redis for each million',
  },
  callWindowSeconds: { kind: 'integer', default: 120, min: 20, max: 3600, why: 'a phone in a pocket' },
  graceSeconds: {
    kind: 'integer',
    default: 480,
    min: 20,
    max: 3600,
    why: 'how long after the call window a shopper still has their place',
  },
  extensionsMax: {
    kind: 'integer',
    default: 3,
    min: 1,
    max: 10,
    why: 'times a called shopper may ask for another call window',
  },
  tokenSeconds: {
    kind: 'integer',
    default: 600,
    min: 60,
    max: 3600,
    why: 'how long after entry new reservations may start',
  },
  holdSeconds: {
    kind: 'integer',
    default: 480,
    min: 60,
    max: 3600,
    why: 'how long stock waits for a payment',
  },
  returnSpreadSeconds: { kind: 'integer', default: 30, min: 5, max: 300, why: 'healing without a stampede' },
  stockBound: {
    kind: 'choice',
    of: ['on', 'off'],
    default: 'on',
    why: "off: the checkout is someone else's, rate and maxSessions alone decide",
  },
  overbook: {
    kind: 'number',
    default: 1,
    min: 1,
    max: 5,
    why: 'shoppers let in for each unit that can be sold',
  },
  rejoinAfterPurchase: {
    kind: 'boolean',
    default: true,
    why: 'limits per customer hold anyway',
  },
} as const satisfies { readonly [Name in keyof AdmissionPolicy]: PolicyField };

export type PolicyFieldName = keyof typeof POLICY_FIELDS;

export const POLICY_FIELD_NAMES = Object.keys(POLICY_FIELDS) as PolicyFieldName[];

/** What a drop gets whose merchant states nothing. */
export const DEFAULT_POLICY = Object.fromEntries(
  POLICY_FIELD_NAMES.map((name) => [name, POLICY_FIELDS[name].default]),
) as unknown as AdmissionPolicy;

/** The table as README.md shows it. */
export function policyTable(): string {
  const rows = POLICY_FIELD_NAMES.map((name) => {
    const field: PolicyField = POLICY_FIELDS[name];
    const preset = typeof field.default === 'number' ? field.default.toLocaleString('en') : field.default;
    return `| \`${name}\` | ${preset ?? 'none'} | ${boundsOf(field)} | ${field.why} |`;
  });
  return ['| field | default | bounds | why |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function boundsOf(field: PolicyField): string {
  if (field.kind === 'choice') return field.of.join(', ');
  if (field.kind === 'boolean') return 'true, false';
  return `${field.min.toLocaleString('en')} - ${field.max.toLocaleString('en')}`;
}
