// @ts-check
// Which tests guard which promise or rule: they say so in their names (`Q12: …`, `promise 3: …`, `promises 1-3: …`).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from './repo.mjs';
import { testFiles } from './test-some.mjs';

/** Every promise and every rule, in order. */
export const RULES = [
  ...Array.from({ length: 9 }, (_, at) => `promise ${at + 1}`),
  ...Array.from({ length: 35 }, (_, at) => `Q${at + 1}`),
];

/** `test('…`, `test.for(cases)('…`, `describe("…`, with the text up to the quote that ends it. */
const NAMES =
  /\b(?:test|it|describe)(?:\.\w+)*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/gs;

/**
 * @param {string} source of a test file
 * @returns {string[]} the names of its tests and groups, as they are written
 */
export function namesIn(source) {
  return [...source.matchAll(NAMES)].map((match) => /** @type {string} */ (match[2]));
}

/**
 * @param {string} name of a test
 * @returns {string[]} promises and rules that it names, ranges written out
 */
export function rulesNamed(name) {
  const promises = [...name.matchAll(/\bpromises? (\d)(?:-(\d))?/g)].flatMap(([, from, to]) =>
    numbers(from, to).map((number) => `promise ${number}`),
  );
  const rules = [...name.matchAll(/\bQ(\d+)(?:-Q?(\d+))?/g)].flatMap(([, from, to]) =>
    numbers(from, to).map((number) => `Q${number}`),
  );
  return [...new Set([...promises, ...rules])];
}

/**
 * @returns {Map<string, Map<string, number>>} for each promise and rule: file, and how many of its names carry it
 */
export function findRuleTests() {
  const found = new Map(RULES.map((rule) => [rule, /** @type {Map<string, number>} */ (new Map())]));
  for (const file of testFiles()) {
    for (const name of namesIn(readFileSync(join(repoRoot, file), 'utf8'))) {
      for (const rule of rulesNamed(name)) {
        const files = found.get(rule);
        files?.set(file, (files.get(file) ?? 0) + 1);
      }
    }
  }
  return found;
}

/**
 * The page docs/promises.md.
 * @param {Map<string, Map<string, number>>} found
 */
export function promisesPage(found) {
  const parts = RULES.map((rule) => {
    const files = [...(found.get(rule)?.keys() ?? [])].sort();
    return `## ${headingOf(rule)}\n\n${files.map((file) => `- [${file}](../${file})\n`).join('')}`;
  });
  return `# The tests of each promise and rule

The files with tests whose names carry a promise or rule. What each of them says, and which code keeps it, stands in
[the architecture](architecture.md#promises); bugs that are planted to see that these tests notice in \`npm run test:teeth\`.

\`UPDATE_PROMISES=1 npm test -- scripts/test/unit/promises\` writes this page. Without it that test fails when a promise or rule
has no test, or when a file that stands here has none for it any more. A file that is not listed yet is no fault.

${parts.join('\n')}`;
}

/**
 * @param {string} rule
 * @returns {string} its heading on that page
 */
export function headingOf(rule) {
  return rule.replace('promise', 'Promise');
}

/**
 * @param {string | undefined} from
 * @param {string | undefined} to
 */
function numbers(from, to) {
  const first = Number(from);
  const last = Number(to ?? from);
  return Array.from({ length: Math.max(1, last - first + 1) }, (_, at) => first + at);
}
