// Every problem type that any part raises is in its table and has its page, and every page is raised somewhere.
// Read from the sources: services do not load each other, and neither do their tests.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repoRoot } from '../../lib/repo.mjs';

const SERVICES = ['waiting-room', 'checkout-api', 'admin-ui/server'];

function sourcesOf(workspace: string): { file: string; text: string }[] {
  const folder = join(repoRoot, workspace, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({
      file: `${workspace}/src/${file}`,
      text: readFileSync(join(folder, file), 'utf8'),
    }));
}

/** `'sold-out': { status: 409, …` or `closed: { status: 410, …` → type and status. */
function tableIn(text: string): Map<string, number> {
  const entries = text.matchAll(/^ {2}'?([a-z][a-z-]*)'?: \{\s*status: (\d{3}),/gm);
  return new Map([...entries].map(([, type = '', status]) => [type, Number(status)]));
}

const kitTable = tableIn(readFileSync(join(repoRoot, 'service-kit/src/problem.ts'), 'utf8'));
const tables = new Map(
  SERVICES.map((service) => [
    service,
    tableIn(readFileSync(join(repoRoot, service, 'src/contract/problems.ts'), 'utf8')),
  ]),
);
/** The connector answers in the name of the shop, with types of its own text: `problemResponse(404, 'no-such-drop'`. */
const connectorTypes = sourcesOf('connector').flatMap(({ text }) =>
  [...text.matchAll(/problemResponse\(\s*(\d{3}|status),\s*'([a-z-]+)'/g)].map(([, , type = '']) => type),
);

const pages = readdirSync(join(repoRoot, 'docs/problems'))
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .map((name) => name.replace(/\.md$/, ''));

test.each([['service-kit', kitTable], ...tables])(
  '%s: every problem type has its page, and the page tells its status',
  (_workspace, table) => {
    expect(table.size).toBeGreaterThan(0);
    for (const [type, status] of table) {
      expect(pages, `docs/problems/${type}.md is missing`).toContain(type);
      const page = readFileSync(join(repoRoot, 'docs/problems', `${type}.md`), 'utf8');
      expect(page, `docs/problems/${type}.md must say \`${type}\` and ${status}`).toMatch(
        new RegExp(`\`${type}\`[\\s\\S]*\\b${status}\\b`),
      );
    }
  },
);

test('every page is of a type that some part raises', () => {
  const raised = new Set([kitTable, ...tables.values()].flatMap((table) => [...table.keys()]));
  for (const type of connectorTypes) raised.add(type);
  const shop = sourcesOf('examples/storefront')
    .map(({ text }) => text)
    .join('\n');
  const orphans = pages.filter((page) => !raised.has(page) && !shop.includes(`'${page}'`));
  expect(orphans).toEqual([]);
});

test.each(SERVICES)('%s raises no type that is not in its table', (service) => {
  const known = new Set([...kitTable.keys(), ...(tables.get(service)?.keys() ?? [])]);
  const unknown = sourcesOf(service).flatMap(({ file, text }) =>
    [...text.matchAll(/\bproblem\(\s*'([a-z-]+)'/g)]
      .filter(([, type = '']) => !known.has(type))
      .map(([, type]) => `${file}: ${type}`),
  );
  expect(unknown).toEqual([]);
});

test('connector: its types have pages too', () => {
  expect(connectorTypes.length).toBeGreaterThan(2);
  for (const type of connectorTypes) expect(pages).toContain(type);
});

test('a type that two parts raise has one status, or its page tells both', () => {
  const all = [...tables, ['service-kit', kitTable] as const];
  for (const [service, table] of all) {
    for (const [type, status] of table) {
      const page = readFileSync(join(repoRoot, 'docs/problems', `${type}.md`), 'utf8');
      expect(page, `${service} raises ${type} as ${status}`).toContain(String(status));
    }
  }
});

test('a route without a rate limit says why, right above', () => {
  const silent = SERVICES.flatMap(sourcesOf).flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, index, lines) => {
      if (!/rateLimit: false/.test(line)) return [];
      const above = lines.slice(Math.max(0, index - 4), index).join('\n');
      return /\/\/ \S+/.test(above) ? [] : [`${file}:${index + 1}`];
    }),
  );
  expect(silent).toEqual([]);
});
