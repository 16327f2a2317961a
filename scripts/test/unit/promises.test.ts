// Every promise and rule has a test whose name carries it, and docs/promises.md names none that has gone.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repoRoot } from '../../lib/repo.mjs';
import { findRuleTests, headingOf, namesIn, promisesPage, RULES, rulesNamed } from '../../lib/rule-tests.mjs';

const PAGE = join(repoRoot, 'docs/promises.md');
const found = findRuleTests();
if (process.env.UPDATE_PROMISES) writeFileSync(PAGE, promisesPage(found));

test('every promise and every rule has a test whose name carries it', () => {
  expect(RULES.filter((rule) => found.get(rule)?.size === 0)).toEqual([]);
});

test('every file that docs/promises.md lists is there and has a test named after that promise or rule', () => {
  const sections = readFileSync(PAGE, 'utf8').split(/^## /m).slice(1);
  expect(sections.map((section) => section.slice(0, section.indexOf('\n')))).toEqual(RULES.map(headingOf));
  for (const [at, section] of sections.entries()) {
    const rule = RULES[at] as string;
    const files = [...section.matchAll(/^- \[([^\]]+)\]/gm)].map((match) => match[1] as string);
    expect(files.length, rule).toBeGreaterThan(0);
    for (const file of files) {
      expect(existsSync(join(repoRoot, file)), `${rule}: ${file}`).toBe(true);
      expect(found.get(rule)?.has(file), `${rule}: ${file} has no test of it any more`).toBe(true);
    }
  }
});

test.each([
  ["test('Q5: five hundred', async () => {", ['Q5: five hundred']],
  ['test.for(BENCHES)(\n  "Q16, Q17: $name runs", {', ['Q16, Q17: $name runs']],
  ["describe.each(Object.keys(ADAPTERS))('Q32, Q33: %s', (name) => {", ['Q32, Q33: %s']],
  ['test(\n  `promise 7: Postgres crashes twice`,', ['promise 7: Postgres crashes twice']],
  ["test('one\\'s own', f); expect('Q1')", ["one\\'s own"]],
])('names are read from %s', (source, names) => {
  expect(namesIn(source)).toEqual(names);
});

test.each([
  ['Q32, Q33: a thing', ['Q32', 'Q33']],
  ['promises 1-3 while Q24-Q26 hold', ['promise 1', 'promise 2', 'promise 3', 'Q24', 'Q25', 'Q26']],
  ['a promise of 3 things, FAQ12', []],
])('%s names its rules', (name, rules) => {
  expect(rulesNamed(name)).toEqual(rules);
});
