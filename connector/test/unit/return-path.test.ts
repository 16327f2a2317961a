import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameOriginPath } from '../../src/return-path.ts';

const ORIGIN = 'https://shop.example';
/** Texts made of what open redirects are made of. */
const tricky = fc
  .array(
    fc.constantFrom(
      ...[
        '/',
        '//',
        '\\',
        '.',
        '..',
        '%2e',
        '%2f',
        '%5c',
        '@',
        ':',
        '?',
        '#',
        ';',
        ' ',
        '\t',
        '\n',
        '\r',
        '\0',
      ],
      ...[
        'evil.example',
        'https:',
        'javascript:',
        'buy',
        '\u00a0',
        '\u2028',
        '\ufeff',
        'é',
        '[',
        ']',
        '.sluice',
        'callback',
      ],
    ),
    { maxLength: 10 },
  )
  .map((parts) => parts.join(''));

test('Q33: whatever is accepted leads a browser to this origin, outside the connector, and is accepted as it stands again', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        tricky,
        tricky.map((text) => `/${text}`),
        fc.string(),
      ),
      (text) => {
        const path = sameOriginPath(text);
        if (path === null) return;
        const url = new URL(path, `${ORIGIN}/some/page`);
        expect(url.origin).toBe(ORIGIN);
        expect(url.pathname.startsWith('/.sluice/')).toBe(false);
        expect(path).toBe(url.pathname + url.search + url.hash);
        expect(sameOriginPath(path)).toBe(path);
      },
    ),
    { numRuns: 3000 },
  );
});

test('a path of 2048 characters is accepted, of 2049 not', () => {
  expect(sameOriginPath(`/${'x'.repeat(2047)}`)).toHaveLength(2048);
  expect(sameOriginPath(`/${'x'.repeat(2048)}`)).toBeNull();
});
