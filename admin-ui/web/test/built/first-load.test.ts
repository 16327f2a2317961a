// The built files: what a first visit costs, and that nothing in the document needs more than the policy allows.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { buildWeb } from '../../../../scripts/lib/build-web.mjs';

/** 4.16: gzip, of everything the first page waits for. */
const FIRST_LOAD_BYTES_MAX = 250 * 1024;

interface Chunk {
  readonly file: string;
  readonly imports?: string[];
  readonly dynamicImports?: string[];
  readonly css?: string[];
}

const dist = new URL('../../dist/', import.meta.url).pathname;
let manifest: Record<string, Chunk>;
beforeAll(async () => {
  await buildWeb();
  manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
});

function withImports(name: string, seen = new Set<string>()): Set<string> {
  const { file, imports = [], css = [] } = manifest[name] as Chunk;
  if (seen.has(file)) return seen;
  for (const path of [file, ...css]) seen.add(path);
  for (const one of imports) withImports(one, seen);
  return seen;
}

const gzipped = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0);

test('4.16: the first page of any kind loads at most 250 KB gzip, its words included', () => {
  const pages = Object.keys(manifest).filter((name) => name.startsWith('src/pages/'));
  expect(pages.length).toBeGreaterThan(3);
  for (const page of pages) {
    const files = withImports('index.html');
    withImports('src/i18n/german.ts', files);
    withImports(page, files);
    const bytes = gzipped([...files, 'index.html', 'theme.js']);
    expect({ page, isSmall: bytes <= FIRST_LOAD_BYTES_MAX, bytes }).toMatchObject({ page, isSmall: true });
  }
});

test('the document has nothing inline, and takes nothing from elsewhere', () => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i);
  for (const [, address = ''] of html.matchAll(/\s(?:src|href)="([^"]+)"/g))
    expect(address).toMatch(/^\/[^/]/);
});

test('the first styles of the document say in which order the layers lie, whatever names one of them first in the code', () => {
  const [first = ''] = manifest['index.html']?.css ?? [];
  const named = readFileSync(join(dist, first), 'utf8').matchAll(/@layer ([a-z, ]+)[{;]/g);
  const order = [...new Set([...named].flatMap(([, names = '']) => names.split(/,\s*/)))];
  expect(order).toEqual(['tokens', 'base', 'components', 'layout', 'pages']);
});
