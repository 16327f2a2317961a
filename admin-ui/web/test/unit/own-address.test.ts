// Signing in leads back to where somebody wanted to, and never out of the application.

import { expect, test } from 'vitest';
import { ownAddress } from '../../src/session/own-address.ts';

test('an address of the application is gone back to', () => {
  expect(ownAddress('/drops/aurora?tab=stock')).toBe('/drops/aurora?tab=stock');
});

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  'javascript:alert(1)',
  '',
  undefined,
  7,
  ['/a'],
])('%j leads to the start', (wanted) => {
  expect(ownAddress(wanted)).toBe('/');
});

test('the sign-in itself is nowhere to go back to', () => {
  expect(ownAddress('/sign-in?to=/x')).toBe('/');
});
