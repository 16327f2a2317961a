// The policy as the screens show it is the control plane's: fields, defaults, bounds, words.

import { expect, test } from 'vitest';
import { POLICY_FIELDS } from '../../../server/src/domain/admission-policy.ts';
import { DEFAULT_TEXTS, POLICY_GROUPS, POLICY_TABLE, policyChanges } from '../../src/domain/policy-table.ts';

test('4.2: every field of the policy is on the screen, with the default and the bounds that the server has', () => {
  const server = Object.entries(POLICY_FIELDS).map(([name, field]) => {
    const {
      kind,
      why: _why,
      default: preset,
      ...rest
    } = field as typeof field & { nullable?: true; min?: number };
    const { nullable, ...bounds } = rest as { nullable?: true };
    const shown = kind === 'integer' || kind === 'number' ? 'number' : kind;
    return [name, { kind: shown, default: preset, ...bounds, ...(nullable && { isNullable: true }) }];
  });
  expect(POLICY_TABLE).toEqual(Object.fromEntries(server));
});

test('every field stands in one group', () => {
  const grouped = POLICY_GROUPS.flatMap(({ fields }) => [...fields] as string[]);
  expect(grouped.sort()).toEqual(Object.keys(POLICY_TABLE).sort());
});

test('only what differs is sent, typed as the API takes it; what is no number goes as it is, to be refused at its field', () => {
  expect(policyChanges(DEFAULT_TEXTS, DEFAULT_TEXTS)).toEqual({});
  const typed = {
    ...DEFAULT_TEXTS,
    ...{
      ratePerMinute: '120',
      maxSessions: '40',
      lobby: 'fifo',
      rejoinAfterPurchase: 'false',
      overbook: 'many',
      burstSeconds: '',
    },
  };
  expect(policyChanges(DEFAULT_TEXTS, typed)).toEqual({
    ...{
      ratePerMinute: 120,
      maxSessions: 40,
      lobby: 'fifo',
      rejoinAfterPurchase: false,
      overbook: 'many',
      burstSeconds: '',
    },
  });
  expect(policyChanges(typed, { ...typed, maxSessions: '' })).toEqual({ maxSessions: null });
});
