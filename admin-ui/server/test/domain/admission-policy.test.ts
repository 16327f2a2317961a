import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AdmissionChange } from '../../src/contract/admission.ts';
import { POLICY_FIELD_NAMES, POLICY_FIELDS, policyTable } from '../../src/domain/admission-policy.ts';

test('the README shows the table that schema and validation are made from', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  // Whatever a formatter does to a table, its cells stay.
  const cells = (text: string) => text.replaceAll(/[ -]+/g, ' ');
  expect(cells(readme)).toContain(cells(policyTable()));
});

test('every field of the policy is in the schema with its default, bounds and reason', () => {
  expect(Object.keys(AdmissionChange.properties)).toEqual(POLICY_FIELD_NAMES);
  const described = JSON.stringify(AdmissionChange);
  for (const name of POLICY_FIELD_NAMES) {
    expect(described, name).toContain(JSON.stringify(POLICY_FIELDS[name].why));
  }
});
