// What is said in English can be read back as its code and values: that is how it is said in other languages.

import { describe, expect, test } from 'vitest';
import { DANGERS, readDanger } from '../../src/domain/dangers.ts';
import { REASONS, readReason } from '../../src/domain/reasons.ts';
import { REFUSALS, readRefusal } from '../../src/domain/refusals.ts';
import { createTextReader, placesIn } from '../../src/domain/templates.ts';

describe.each([
  ['reason', REASONS, readReason],
  ['danger', DANGERS, readDanger],
] as const)('4.14: a %s', (_kind, templates, read) => {
  test.each(Object.entries(templates))('%s is read back with what stands in it', (code, template) => {
    const values = Object.fromEntries(placesIn(template).map((name, at) => [name, String(7 + at)]));
    const text = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
    expect(read(text)).toEqual({ code, values });
  });
});

test.each(Object.entries(REFUSALS))(
  '4.14: the refusal %s of a file is read back with what stands in it',
  (code, template) => {
    const values = Object.fromEntries(placesIn(template).map((name, at) => [name, String(7 + at)]));
    const text = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
    expect(readRefusal(text)).toEqual({ of: 'refusal', field: null, code, values });
  },
);

test('null is no answer of a form: what may be null, too, is said without it', () => {
  expect(readReason('must be >= 1 or null')).toEqual({ code: 'at-least', values: { limit: '1' } });
});

test('what several templates fit is the one that says more itself', () => {
  const read = createTextReader({ any: 'is {what}', zone: 'is {what}, in {zone}' });
  expect(read('is late, in Rome')).toEqual({ code: 'zone', values: { what: 'late', zone: 'Rome' } });
  expect(read('was late')).toBeUndefined();
});
