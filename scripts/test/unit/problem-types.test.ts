import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

test('a problem type that several services raise has one status and one title, and its page has that title', () => {
  const known = new Map<string, { status: string; title: string }>();
  for (const service of ['waiting-room', 'checkout-api', 'admin-ui/server']) {
    const table = read(`${service}/src/contract/problems.ts`);
    const rows = [...table.matchAll(/'?([a-z-]+)'?: \{\s*status: (\d+),\s*title: ['"](.+?)['"],?\s*\}/g)];
    expect(rows.length, service).toBe((table.match(/status:/g) ?? []).length);
    for (const [, type = '', status = '', title = ''] of rows) {
      expect({ status, title }, type).toEqual(known.get(type) ?? { status, title });
      known.set(type, { status, title });
    }
  }
  for (const [type, { title }] of known)
    expect.soft(read(`docs/problems/${type}.md`).split('\n')[0], type).toBe(`# ${title}`);
});
