/** The admission policy over HTTP: its schemas are made from the table of domain/admission-policy.ts. */
import { type TSchema, Type } from 'typebox';
import { type ChoiceField, type NumberField, POLICY_FIELDS } from '../domain/admission-policy.ts';
import { Nullable } from './common.ts';

function number({ kind, min, max, default: preset, why }: NumberField) {
  const options = { minimum: min, maximum: max, default: preset, description: why };
  return kind === 'integer' ? Type.Integer(options) : Type.Number(options);
}

const choice = <Word extends string>({ of, default: preset, why }: ChoiceField<Word>) =>
  Type.Enum([...of], { default: preset, description: why });

const fields = {
  mode: choice(POLICY_FIELDS.mode),
  lobby: choice(POLICY_FIELDS.lobby),
  lobbySeconds: number(POLICY_FIELDS.lobbySeconds),
  ratePerMinute: number(POLICY_FIELDS.ratePerMinute),
  burstSeconds: number(POLICY_FIELDS.burstSeconds),
  maxSessions: Nullable(number(POLICY_FIELDS.maxSessions)),
  maxWaiting: number(POLICY_FIELDS.maxWaiting),
  callWindowSeconds: number(POLICY_FIELDS.callWindowSeconds),
  graceSeconds: number(POLICY_FIELDS.graceSeconds),
  extensionsMax: number(POLICY_FIELDS.extensionsMax),
  tokenSeconds: number(POLICY_FIELDS.tokenSeconds),
  holdSeconds: number(POLICY_FIELDS.holdSeconds),
  returnSpreadSeconds: number(POLICY_FIELDS.returnSpreadSeconds),
  stockBound: choice(POLICY_FIELDS.stockBound),
  overbook: number(POLICY_FIELDS.overbook),
  rejoinAfterPurchase: Type.Boolean({
    default: POLICY_FIELDS.rejoinAfterPurchase.default,
    description: POLICY_FIELDS.rejoinAfterPurchase.why,
  }),
} satisfies Record<keyof typeof POLICY_FIELDS, TSchema>;

/** Every field. */
export const Admission = Type.Object(fields, { additionalProperties: false });

/** Any of the fields. */
export const AdmissionChange = Type.Partial(Admission, { additionalProperties: false });
