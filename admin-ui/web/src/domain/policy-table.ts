/**
 * The admission policy as the screens show it: fields in groups, with defaults and bounds. A test holds it to the
 * control plane's own table, which alone decides.
 */

export type PolicyField =
  | {
      readonly kind: 'number';
      readonly min: number;
      readonly max: number;
      readonly default: number | null;
      readonly isNullable?: true;
    }
  | { readonly kind: 'choice'; readonly of: readonly string[]; readonly default: string }
  | { readonly kind: 'boolean'; readonly default: boolean };

const number = (min: number, max: number, preset: number): PolicyField => ({
  ...{ kind: 'number', min, max, default: preset },
});
const choice = (...of: readonly [string, ...string[]]): PolicyField => ({
  kind: 'choice',
  of,
  default: of[0],
});

export const POLICY_TABLE = {
  mode: choice('always', 'standby'),
  lobby: choice('draw', 'fifo'),
  lobbySeconds: number(0, 86_400, 900),
  ratePerMinute: number(0, 1_000_000, 300),
  burstSeconds: number(1, 10, 1),
  maxSessions: { kind: 'number', min: 1, max: 1_000_000, default: null, isNullable: true },
  maxWaiting: number(1, 20_000_000, 5_000_000),
  callWindowSeconds: number(20, 3600, 120),
  graceSeconds: number(20, 3600, 480),
  extensionsMax: number(1, 10, 3),
  tokenSeconds: number(60, 3600, 600),
  holdSeconds: number(60, 3600, 480),
  returnSpreadSeconds: number(5, 300, 30),
  stockBound: choice('on', 'off'),
  overbook: number(1, 5, 1),
  rejoinAfterPurchase: { kind: 'boolean', default: true },
} as const satisfies Readonly<Record<string, PolicyField>>;

export type PolicyName = keyof typeof POLICY_TABLE;

/** In the order somebody plans: who waits how, how fast, how long a turn is held, what protects the shop. */
export const POLICY_GROUPS = [
  { name: 'line', fields: ['mode', 'lobby', 'lobbySeconds', 'maxWaiting', 'rejoinAfterPurchase'] },
  { name: 'pace', fields: ['ratePerMinute', 'burstSeconds', 'maxSessions', 'stockBound', 'overbook'] },
  {
    name: 'turn',
    fields: ['callWindowSeconds', 'graceSeconds', 'extensionsMax', 'tokenSeconds', 'holdSeconds'],
  },
  { name: 'recovery', fields: ['returnSpreadSeconds'] },
] as const satisfies readonly { name: string; fields: readonly PolicyName[] }[];

/** What is typed for a policy, by field; '' stands for "none" or for nothing typed. */
export type PolicyTexts = Readonly<Record<PolicyName, string>>;

export function textsOf(policy: Readonly<Record<PolicyName, unknown>>): PolicyTexts {
  return Object.fromEntries(
    (Object.keys(POLICY_TABLE) as PolicyName[]).map((name) => [
      name,
      policy[name] === null ? '' : String(policy[name]),
    ]),
  ) as PolicyTexts;
}

export const DEFAULT_TEXTS: PolicyTexts = textsOf(
  Object.fromEntries(Object.entries(POLICY_TABLE).map(([name, field]) => [name, field.default])) as Record<
    PolicyName,
    unknown
  >,
);

/** Those that differ, as the API takes them; what is no number goes as it is typed, for the server to refuse. */
export function policyChanges(from: PolicyTexts, to: PolicyTexts): Partial<Record<PolicyName, unknown>> {
  const changed = (Object.keys(POLICY_TABLE) as PolicyName[]).filter((name) => from[name] !== to[name]);
  return Object.fromEntries(changed.map((name) => [name, typedValue(POLICY_TABLE[name], to[name])]));
}

function typedValue(field: PolicyField, text: string): unknown {
  if (field.kind === 'boolean') return text === 'true';
  if (field.kind === 'choice') return text;
  if (text.trim() === '') return field.isNullable ? null : text;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}
