// What the screens say: the same messages in every language, with the same arguments, and none that nobody shows.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MessageFormatElement, parse } from '@formatjs/icu-messageformat-parser';
import { KIT_PROBLEMS } from '@sluice/service-kit';
import { expect, test } from 'vitest';
import { PROBLEMS } from '../../../server/src/contract/problems.ts';
import { EVENT_TYPES as SERVER_EVENT_TYPES } from '../../../server/src/contract/webhooks.ts';
import { POLICY_FIELDS } from '../../../server/src/domain/admission-policy.ts';
import { DANGERS } from '../../../server/src/domain/dangers.ts';
import { DETAILS } from '../../../server/src/domain/details.ts';
import { PLAIN_PAGE } from '../../../server/src/domain/drop.ts';
import { OPEN_ACCESS } from '../../../server/src/domain/drop-access.ts';
import { PREVIEW_STATES } from '../../../server/src/domain/preview-links.ts';
import { REASONS } from '../../../server/src/domain/reasons.ts';
import { REFUSALS } from '../../../server/src/domain/refusals.ts';
import { placesIn } from '../../../server/src/domain/templates.ts';
import { contrastsOf, palettesOf } from '../../../server/src/domain/theme.ts';
import { UNDOABLE_ACTS } from '../../../server/src/domain/undo.ts';
import { FAILURE_KINDS } from '../../src/domain/failure-kind.ts';
import { EVENT_TYPES } from '../../src/pages/webhooks/event-types.ts';
import { TASKS } from '../../src/pages/webhooks/task-names.ts';

const src = new URL('../../src/', import.meta.url).pathname;
const files = readdirSync(src, { recursive: true, encoding: 'utf8' });
const textOf = (file: string) => readFileSync(join(src, file), 'utf8');

function catalogue(locale: string): Map<string, string> {
  const all = new Map<string, string>();
  for (const file of files.filter((path) => path.endsWith(`messages.${locale}.json`)))
    for (const [id, text] of Object.entries(JSON.parse(textOf(file)) as Record<string, string>)) {
      expect(all.has(id), `${id} stands in ${file} and elsewhere`).toBe(false);
      all.set(id, text);
    }
  return all;
}

/** `name:kind` of every argument, at any depth. */
function argumentsOf(elements: readonly MessageFormatElement[]): string[] {
  const found = elements.flatMap((element): string[] => {
    const inner =
      'options' in element ? Object.values(element.options).flatMap(({ value }) => argumentsOf(value)) : [];
    return element.type === 0 || element.type === 7
      ? inner
      : [`${String(element.value)}:${element.type}`, ...inner];
  });
  return [...new Set(found)].sort();
}

const english = catalogue('en');
const german = catalogue('de');

test('4.14: English and German have the same messages', () => {
  expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
});

test('4.14: a message takes the same arguments in both', () => {
  for (const [id, text] of english)
    expect({ id, arguments: argumentsOf(parse(german.get(id) ?? '')) }).toEqual({
      id,
      arguments: argumentsOf(parse(text)),
    });
});

test('every message that code names is there, and every message is named by some code', () => {
  const sources = files
    .filter((path) => /\.tsx?$/.test(path))
    .map(textOf)
    .join('\n');
  const named = new Set(
    [...sources.matchAll(/'([a-z][a-z-]*\.[a-z][a-zA-Z0-9_.-]*)'/g)].map(([, id]) => id ?? ''),
  );
  const prefixes = [...sources.matchAll(/`([a-z][a-z-]*\.[a-z-]*)\$\{/g)].map(([, prefix]) => prefix ?? '');
  const used = [...sources.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, id]) => id ?? '');
  for (const id of used) expect(english.has(id), `${id} has no text`).toBe(true);
  const unused = [...english.keys()].filter(
    (id) => !named.has(id) && !prefixes.some((prefix) => id.startsWith(prefix)),
  );
  expect(unused).toEqual([]);
});

test('words for problems are for problems that the control plane has', () => {
  const own = ['again-in', 'no-answer', 'no-outcome', 'broken-page', 'unknown'];
  own.push('passkey-cancelled', 'passkey-impossible');
  const types = new Set([...Object.keys({ ...KIT_PROBLEMS, ...PROBLEMS }), ...own]);
  const stale = [...english.keys()].filter((id) => id.startsWith('problem.') && !types.has(id.slice(8)));
  expect(stale).toEqual([]);
});

test.each([
  ['reason', REASONS],
  ['danger', DANGERS],
  ['detail', DETAILS],
  ['refusal', REFUSALS],
])(
  '4.14: every %s that the server gives has words in every language, and no values that it does not send',
  (kind, templates) => {
    for (const words of [english, german]) {
      const ids = [...words.keys()]
        .filter((id) => id.startsWith(`${kind}.`))
        .map((id) => id.slice(kind.length + 1));
      expect(ids.sort()).toEqual(Object.keys(templates).sort());
      for (const [code, template] of Object.entries(templates)) {
        const said = argumentsOf(parse(words.get(`${kind}.${code}`) ?? '')).map((one) => one.split(':')[0]);
        for (const name of said) expect(placesIn(template), `${kind}.${code}`).toContain(name);
      }
    }
  },
);

test('4.14: every type of problem has words in every language', () => {
  for (const type of Object.keys({ ...KIT_PROBLEMS, ...PROBLEMS }))
    for (const words of [english, german]) expect(words.has(`problem.${type}`), type).toBe(true);
});

const server = new URL('../../../server/src/', import.meta.url).pathname;
const serverText = readdirSync(server, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('contract'))
  .map((file) => readFileSync(join(server, file), 'utf8'))
  .join('\n');

test('4.14: every act that the control plane records has words in every language', () => {
  const acts = new Set(
    [...serverText.matchAll(/\b(?:act: |record\(\s*)'([a-z-]+\.[a-z.-]+)'/g)].map(([, act]) => act),
  );
  for (const act of UNDOABLE_ACTS) acts.add(act);
  expect(acts.size).toBeGreaterThan(30);
  for (const act of acts)
    for (const words of [english, german]) expect(words.has(`act.${act}`), act).toBe(true);
});

test('4.14: every member of a drop that an act can change has words in every language', () => {
  const members = [...Object.keys(PLAIN_PAGE), ...Object.keys(OPEN_ACCESS)].map((name) => `field.${name}`);
  const policy = Object.keys(POLICY_FIELDS).map((name) => `policy.${name}`);
  const plain = [...serverText.matchAll(/'(\w+)' in plain/g)].map(([, name]) => `field.${name}`);
  expect(plain.length).toBeGreaterThan(8);
  for (const id of [...members, ...policy, ...plain])
    for (const words of [english, german]) expect(words.has(id), id).toBe(true);
});

const checkout = new URL('../../../../checkout-api/', import.meta.url).pathname;

test('4.14: every task that the checkout may leave undone has words in every language', () => {
  const sql = readdirSync(join(checkout, 'sql')).map((file) =>
    readFileSync(join(checkout, 'sql', file), 'utf8'),
  );
  const statements = [readFileSync(join(checkout, 'schema.sql'), 'utf8'), ...sql].join('\n');
  const tasks = new Set([...statements.matchAll(/\badd_job\(\s*'(\w+)'/g)].map(([, task]) => task));
  expect([...tasks].sort()).toEqual([...TASKS].sort());
  for (const task of TASKS)
    for (const words of [english, german]) expect(words.has(`webhooks.task-${task}`), task).toBe(true);
});

test('4.14: every kind of failure and every event has words in every language', () => {
  expect([...EVENT_TYPES]).toEqual([...SERVER_EVENT_TYPES]);
  const ids = [
    ...FAILURE_KINDS.map((kind) => `failure.${kind}`),
    ...EVENT_TYPES.map((type) => `event.${type}`),
  ];
  for (const words of [english, german]) {
    for (const id of ids) expect(words.has(id), id).toBe(true);
    const stale = [...words.keys()].filter((id) => /^(failure|event)\./.test(id) && !ids.includes(id));
    expect(stale).toEqual([]);
  }
});

test('4.14: every state of the waiting page and every colour of it has words in every language', () => {
  const theme = { accent: '#0b6e4f', background: '#f6f7f6', text: '#16201c' };
  const tints = contrastsOf(palettesOf(theme)).flatMap(({ pair }) => pair.split(' on '));
  const ids = [
    ...PREVIEW_STATES.map((state) => `drops.preview-is-${state}`),
    ...tints.map((tint) => `drops.tint-${tint}`),
  ];
  for (const words of [english, german]) {
    for (const id of ids) expect(words.has(id), id).toBe(true);
    const stale = [...words.keys()].filter(
      (id) => /^drops\.(preview-is|tint)-/.test(id) && !ids.includes(id),
    );
    expect(stale).toEqual([]);
  }
});
