// 4.14: what problems say beyond their type has a code, so that every language has words for it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DETAILS, readDetail } from '../../src/domain/details.ts';

const src = new URL('../../src/', import.meta.url).pathname;

/** Each `problem('<type>', '<detail>'` of the sources; what is put together there stands as `…`. */
function detailsInSources(): { type: string; detail: string }[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(src, file), 'utf8');
      const made = /\bproblem\(\s*'([a-z-]+)',\s*(?:'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g;
      return [...text.matchAll(made)].map(([, type = '', plain, template]) => ({
        type,
        detail: plain ?? template ?? '',
      }));
    });
}

/** Their type says it all, or they are never shown: fields have reasons of their own, dangers are asked about, files come from scripts. */
const SAID_BY_TYPE = new Set([
  ...['invalid-request', 'confirmation-required', 'low-contrast', 'logo-refused'],
  ...['plan-refused', 'plan-changed', 'not-found', 'cross-site', 'unauthorized', 'fresh-sign-in-required'],
  ...[
    'no-such-drop',
    'no-such-series',
    'no-such-codes',
    'no-such-order',
    'no-such-ticket',
    'no-such-account',
  ],
  ...['no-such-key', 'no-such-session', 'no-such-passkey', 'no-such-rehearsal', 'no-logo'],
  ...['has-owner', 'link-spent', 'account-exists', 'passkey-exists', 'series-exists', 'series-ended'],
  ...['is-rehearsal', 'rehearsals-not-set-up', 'rehearsal-running'],
  // Put together of two parts: their ends are in the next test.
  ...['checkout-outcome-unknown', 'stock-outcome-unknown'],
]);

test('4.14: a detail that says more than its type has a code', () => {
  const found = detailsInSources();
  expect(found.length).toBeGreaterThan(60);
  const untold = found.filter(
    ({ type, detail }) =>
      !SAID_BY_TYPE.has(type) &&
      type !== 'rate-limited' &&
      readDetail(detail.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')) === undefined,
  );
  expect(untold).toEqual([]);
});

test('4.14: each code is told by its own sentence, with its values', () => {
  for (const [code, template] of Object.entries(DETAILS)) {
    const text = template.replaceAll(/\{(\w+)\}/g, 'x-$1');
    expect(readDetail(text)?.code, text).toBe(code);
  }
  expect(readDetail('The drop is at version 7; read it again.')).toEqual({
    code: 'at-version',
    values: { version: '7' },
  });
  expect(readDetail('The checkout does not answer; send it again, it happens once.')?.code).toBe(
    'outcome-once',
  );
  expect(readDetail('It is gone; send it again under the same key.')?.code).toBe('outcome-key');
  expect(readDetail('Something that nobody has written down.')).toBeUndefined();
});
