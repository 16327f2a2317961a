/** Live control over HTTP: what each act takes. All may carry a reason, and those that are asked about a confirmation. */
import { Type } from 'typebox';
import { POLICY_FIELDS } from '../domain/admission-policy.ts';
import { AdmissionChange } from './admission.ts';
import { withRules } from './body-rules.ts';
import { Nullable, Reason } from './common.ts';

const given = {
  reason: Type.Optional(Reason),
  confirm: Type.Optional(
    Type.Boolean({
      description: 'Large and dangerous changes are done only with true; 409 says which they are',
    }),
  ),
};

export const PolicyChange = Type.Object(
  { ...AdmissionChange.properties, ...given },
  { additionalProperties: false, minProperties: 1 },
);

/** Of acts that are told by their address alone. */
export const Act = Type.Object(given, { additionalProperties: false });

/** Acts that turn a safeguard off: somebody answers for them, and they end by themselves. */
export const GuardedAct = Type.Object(
  {
    ...given,
    reason: Reason,
    owner: Type.String({ minLength: 1, maxLength: 100, description: 'Who answers for it' }),
    seconds: Type.Integer({ minimum: 10, maximum: 14_400, description: 'It ends by itself after so long' }),
  },
  { additionalProperties: false },
);

const { min, max } = POLICY_FIELDS.ratePerMinute;

export const RateChange = withRules(
  Type.Object(
    {
      to: Type.Optional(Type.Integer({ minimum: min, maximum: max, description: 'Entries a minute' })),
      by: Type.Optional(
        Type.Integer({ minimum: -max, maximum: max, description: 'A step up (+) or down (-)' }),
      ),
      rampSeconds: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 7200,
          description: 'In a straight line over so long; else at once',
        }),
      ),
      ...given,
    },
    { additionalProperties: false },
  ),
  (body) => {
    const { to, by } = (body ?? {}) as { to?: unknown; by?: unknown };
    return (to === undefined) === (by === undefined)
      ? [{ path: '/to', reason: 'or by must be given, and not both' }]
      : [];
  },
);

export const Undo = Type.Object(
  {
    seq: Type.Optional(
      Nullable(
        Type.Integer({
          minimum: 1,
          maximum: Number.MAX_SAFE_INTEGER,
          description: 'Number of the act in the audit log; the latest that can be undone without it',
        }),
      ),
    ),
    reason: Type.Optional(Reason),
  },
  { additionalProperties: false },
);
