// The documents of the tree: every link leads somewhere, decisions are numbered once, rules have their row.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsIn, linksIn } from '../../lib/markdown-links.mjs';
import { repoRoot } from '../../lib/repo.mjs';

const SKIPPED = new Set(['node_modules', '.git', '.sluice', '.turbo', 'dist']);

function filesBelow(folder: string, isWanted: (name: string) => boolean): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesBelow(path, isWanted);
    return isWanted(entry.name) ? [path] : [];
  });
}

const read = (path: string) => readFileSync(path, 'utf8');
const named = (path: string) => relative(repoRoot, path);
const documents = filesBelow(repoRoot, (name) => name.endsWith('.md'));
const ADR_FOLDER = join(repoRoot, 'docs/adr');
const PROBLEM_FOLDER = join(repoRoot, 'docs/problems');
const pagesIn = (folder: string) =>
  readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');

/** Why a link of `document` leads nowhere; undefined when it leads somewhere, or out of the tree. */
function faultOf(document: string, target: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  const [path = '', anchor] = decodeURI(target).split('#', 2);
  const file = path === '' ? document : resolve(dirname(document), path);
  if (!file.startsWith(repoRoot)) return 'leads out of the tree';
  if (path.startsWith('/')) return 'must be relative';
  if (!existsSync(file)) return 'there is no such file';
  if (anchor && file.endsWith('.md') && !anchorsIn(read(file)).has(anchor)) return 'there is no such heading';
  if (anchor && statSync(file).isDirectory()) return 'a folder has no headings';
  return undefined;
}

test('every relative link of every document leads to a file, and to a heading in it', () => {
  const faults = documents.flatMap((document) =>
    linksIn(read(document)).flatMap(({ target, line }) => {
      const fault = faultOf(document, target);
      return fault ? [`${named(document)}:${line} ${target}: ${fault}`] : [];
    }),
  );
  expect(faults).toEqual([]);
});

test.each([
  ['a link in prose', 'see [this](a.md).', ['a.md']],
  ['an image, and a link around it', '[![x](i.svg)](b.md#c)', ['i.svg', 'b.md#c']],
  ['a definition', '[x]: d.md "title"', ['d.md']],
  ['HTML', '<source srcset="dark.svg"><a href="e.md">e</a>', ['dark.svg', 'e.md']],
  ['no code', '`[x](y)` and\n```\n[x](y)\n```\n[z](f.md)', ['f.md']],
])('the link reader sees %s', (_what, markdown, targets) => {
  expect(linksIn(markdown).map(({ target }) => target)).toEqual(targets);
});

test('the link reader names headings as GitHub does', () => {
  const anchors = anchorsIn(
    '# What `npm start` does\n\n## A → B, C\n\n## Same\n\n## Same\n\n```\n# not one\n```',
  );
  expect([...anchors]).toEqual(['what-npm-start-does', 'a--b-c', 'same', 'same-1']);
});

test('decisions are numbered once, say the same number inside, and all stand in the index', () => {
  const index = read(join(ADR_FOLDER, 'README.md'));
  const numbers = new Map<string, string>();
  for (const name of pagesIn(ADR_FOLDER)) {
    const number = /^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1] ?? '';
    expect(number, `${name} must be named NNNN-slug.md`).not.toBe('');
    expect(numbers.get(number), `${name} has the number of`).toBeUndefined();
    numbers.set(number, name);
    const text = read(join(ADR_FOLDER, name));
    expect(text, name).toMatch(new RegExp(`^# ${number}\\. `));
    for (const part of ['## Context', '## Options', '## Decision', '## Consequences']) {
      expect(text, name).toContain(`\n${part}\n`);
    }
    expect(index.includes(`(${name})`), `docs/adr/README.md misses ${name}`).toBe(true);
  }
});

test('every decision that code or documents name is there', () => {
  const numbers = pagesIn(ADR_FOLDER).map((name) => name.slice(0, 4));
  const sources = filesBelow(repoRoot, (name) => /\.(ts|mjs|lua|sql|md|yaml|yml|json)$/.test(name));
  for (const path of sources) {
    for (const [, number = ''] of read(path).matchAll(/\bADR[ -]?(\d{4})\b/g)) {
      expect(numbers, `${named(path)} names ADR ${number}`).toContain(number);
    }
  }
});

test('every rule and promise that a test names has its row in the architecture', () => {
  const architecture = read(join(repoRoot, 'docs/architecture.md'));
  const tests = filesBelow(repoRoot, (name) => name.endsWith('.test.ts'));
  for (const path of tests) {
    for (const [, rule = ''] of read(path).matchAll(/\b(Q\d{1,2})\b/g)) {
      expect(architecture.includes(`**${rule}**`), `${named(path)} names ${rule}`).toBe(true);
    }
    for (const [, number = ''] of read(path).matchAll(/\bpromise (\d)\b/gi)) {
      expect(architecture.includes(`**Promise ${number}**`), `${named(path)} names promise ${number}`).toBe(
        true,
      );
    }
  }
});

test('3.14: of every cache the architecture says whether it is written through or aside', () => {
  const [, section = ''] = read(join(repoRoot, 'docs/architecture.md')).split('\n## Caches\n');
  const caches = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| (?!what |-)([^|]*?) +\|([^|]*)\|/gm)];
  expect(caches.map(([, name]) => name)).toEqual(
    expect.arrayContaining(['stock picture', 'checkout sessions', '"sold out" of a SKU', 'verified tokens']),
  );
  const unsaid = caches.filter(([, , kind = '']) => !/written through|aside/.test(kind));
  expect(unsaid.map(([, name]) => name)).toEqual([]);
});

test('the index names each problem type once for a service, each decision once', () => {
  for (const section of read(join(PROBLEM_FOLDER, 'README.md')).split('\n## ')) {
    const types = [...section.matchAll(/^\| \[([a-z-]+)\]/gm)].map(([, type]) => type);
    expect(types, section.split('\n')[0]).toEqual([...new Set(types)]);
  }
  const decisions = [...read(join(ADR_FOLDER, 'README.md')).matchAll(/\((\d{4}-[a-z0-9-]+\.md)\)/g)].map(
    ([, file]) => file,
  );
  expect(decisions).toEqual([...new Set(decisions)]);
});

test('every problem page says its type and a status, and stands in the index', () => {
  const index = read(join(PROBLEM_FOLDER, 'README.md'));
  const pages = pagesIn(PROBLEM_FOLDER);
  const broken = pages.filter((name) => {
    const form = new RegExp(`^# .+\\n\\n\`${name.slice(0, -'.md'.length)}\`, HTTP \\d{3}\\n`);
    return !form.test(read(join(PROBLEM_FOLDER, name)));
  });
  expect({ broken, notInIndex: pages.filter((name) => !index.includes(`(${name})`)) }).toEqual({
    broken: [],
    notInIndex: [],
  });
});

test('the first change of CONTRIBUTING.md still applies to this tree', () => {
  const diffs = [...read(join(repoRoot, 'CONTRIBUTING.md')).matchAll(/^```diff\n([\s\S]*?)^```$/gm)];
  expect(diffs).not.toEqual([]);
  for (const [, diff = ''] of diffs) {
    const { status, stderr } = spawnSync('git', ['apply', '--check'], {
      cwd: repoRoot,
      input: diff,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }
});
