import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROBLEMS } from '../../src/contract/problems.ts';

const pages = new URL('../../../../docs/problems/', import.meta.url);
const sources = new URL('../../src/', import.meta.url);

test('every problem type has its page, and the page says its status', () => {
  for (const [type, { status }] of Object.entries(PROBLEMS)) {
    const page = new URL(`${type}.md`, pages);
    expect(existsSync(page), `docs/problems/${type}.md`).toBe(true);
    expect(readFileSync(page, 'utf8'), type).toContain(`HTTP ${status}`);
  }
});

test('every problem type is raised somewhere, and nothing is raised that is not in the table', () => {
  const all = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('problems.ts'))
    .map((file) => readFileSync(new URL(file, sources), 'utf8'))
    .join('\n');
  for (const type of Object.keys(PROBLEMS)) expect(all, type).toContain(`'${type}'`);
  const kitTypes = ['invalid-request', 'not-found', 'rate-limited', 'store-unavailable', 'unauthorized'];
  for (const [, type] of all.matchAll(/problem\(\s*'([a-z-]+)'/g)) {
    expect([...Object.keys(PROBLEMS), ...kitTypes]).toContain(type);
  }
});
