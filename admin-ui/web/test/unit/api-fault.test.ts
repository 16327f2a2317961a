// Problem documents become faults: by field where the server names one.

import { expect, test } from 'vitest';
import { ApiFault, faultOf, reasonsByField } from '../../src/api/api-fault.ts';

test('promise 8: the field and the reason of a problem document reach the field on the screen', () => {
  const fault = new ApiFault(400, {
    type: 'https://sluice.dev/problems/invalid-request',
    errors: [
      { field: 'body.products.0.sku', reason: 'must match pattern' },
      { field: 'body.name', reason: 'must not be empty' },
      { field: 'body.name', reason: 'must be text' },
      { field: 'headers.if-match', reason: 'must be the ETag' },
    ],
  });
  expect(fault.type).toBe('invalid-request');
  expect([...reasonsByField(fault.fields, ({ reason }) => reason)]).toEqual([
    ['products.0.sku', 'must match pattern'],
    ['name', 'must not be empty; must be text'],
    ['if-match', 'must be the ETag'],
  ]);
});

test('what is no problem document is a fault all the same', () => {
  expect(new ApiFault(502, {})).toMatchObject({ type: 'unknown', fields: [], isPassing: true });
  expect(faultOf(new TypeError('x'))).toMatchObject({ type: 'broken-page', isPassing: false });
});

test.each([
  [0, true],
  [400, false],
  [403, false],
  [429, true],
  [503, true],
])('status %i may pass by itself: %s', (status, isPassing) => {
  expect(new ApiFault(status, {}).isPassing).toBe(isPassing);
});
