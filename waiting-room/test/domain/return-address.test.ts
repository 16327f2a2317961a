import { expect, test } from 'vitest';
import { checkReturnAddress, handOverOf } from '../../src/domain/return-address.ts';

const ORIGINS = [
  'https://shop.example',
  'https://shop.example:8443',
  'http://127.0.0.1:9000',
  'http://plain.example',
];
const ok = (text: string) => checkReturnAddress(text, ORIGINS).ok;

test('an address on an allowed origin is taken as the parser understands it', () => {
  for (const address of [
    'https://shop.example',
    'https://shop.example/',
    'https://shop.example/p/1?size=42&x=%2F%2Fevil.example#top',
    'https://shop.example:443/p',
    'HTTPS://SHOP.EXAMPLE/P',
    'https://shop.example:8443/p',
    'http://127.0.0.1:9000/sneaker',
    'https://shop.example/?next=https://evil.example/',
    'https://shop.example/@evil.example',
    'https://shop.example/%40evil.example/%5c',
  ]) {
    expect(checkReturnAddress(address, ORIGINS), address).toMatchObject({ ok: true });
  }
});

test('an address that leads anywhere else is refused, whatever the trick', () => {
  const tricks = [
    '',
    ' ',
    '/',
    '/p',
    '//shop.example',
    '//evil.example',
    '\\\\evil.example',
    'shop.example',
    'shop.example/p',
    'https:',
    'https:/',
    'https://',
    'https:///',
    'https:///shop.example',
    'https:/shop.example',
    'https:shop.example',
    'https:\\\\shop.example',
    'https:/\\shop.example',
    'https://shop.example\\@evil.example',
    'https://shop.example\\.evil.example',
    'https://evil.example',
    'https://evil.example/',
    'https://evil.example?https://shop.example',
    'https://evil.example#https://shop.example',
    'https://evil.example/https://shop.example',
    'https://shop.example.evil.example',
    'https://shop.exampleevil.example',
    'https://xshop.example',
    'https://www.shop.example',
    'https://shop.example.',
    'https://shop.example:444',
    'https://shop.example:80/',
    'https://shop.example@evil.example',
    'https://shop.example:x@evil.example',
    'https://user@shop.example',
    'https://user:pass@shop.example/',
    'https://@shop.example',
    'https://:@shop.example',
    'https://shop.example%40evil.example',
    'https://shop.example%2f@evil.example',
    'https://sh%6fp.example',
    'https://shop.example%00.evil.example',
    'https://shop.example\u0000/',
    'https://shop.example\t/',
    'ht\ttps://evil.example',
    'https://shop.example\n',
    '\nhttps://shop.example',
    ' https://shop.example',
    'https://shop.example/ ',
    'https://shop.example/\r\nSet-Cookie: a=b',
    'https://shop。example',
    'https://ſhop.example',
    'https://shop.example/\u00a0',
    'https://shop.example/\u2028',
    'javascript:alert(1)',
    'javascript://shop.example/%0aalert(1)',
    'data:text/html,x',
    'blob:https://shop.example/1',
    'vbscript:x',
    'file:///etc/passwd',
    'ftp://shop.example/',
    'ws://shop.example/',
    'wss://shop.example/',
    'view-source:https://shop.example',
    'about:blank',
    'mailto:a@shop.example',
    'http://shop.example',
    'http://plain.example/',
    'http://127.0.0.1:9001/',
    'http://localhost:9000/',
    'http://127.1:9001/',
    'http://[::1]:9000/',
    'https://127.0.0.1:9000/',
    'http://2130706433:9001/',
    'https://shop.example//evil.example',
    'https://shop.example/.//evil.example',
    'https://shop.example/..//evil.example/',
    'https://shop.example/a/..//evil.example',
    'https://shop.example/.sluice/callback',
    'https://shop.example/.SLUICE/callback',
    'https://shop.example/x/../.sluice/callback',
    `https://shop.example/${'a'.repeat(2048)}`,
  ];
  expect(tricks.length).toBeGreaterThanOrEqual(60);
  for (const trick of tricks) expect(ok(trick), JSON.stringify(trick)).toBe(false);
});

test('a spelling that only the parser resolves to an allowed origin is used as the parser resolved it', () => {
  const answer = checkReturnAddress('https://shop.example:443/a/../b', ORIGINS);
  expect(answer.ok && answer.url.href).toBe('https://shop.example/b');
});

test('Q33: the hand-over is posted to the callback of the same origin, and goes on to a path there', () => {
  const answer = checkReturnAddress('https://shop.example:8443/p/1?size=42#top', ORIGINS);
  expect(answer.ok && handOverOf(answer.url)).toEqual({
    action: 'https://shop.example:8443/.sluice/callback',
    to: '/p/1?size=42',
  });
});

test('a refusal says why', () => {
  expect(checkReturnAddress('https://evil.example/', ORIGINS)).toEqual({
    ok: false,
    reason: 'must lie on an origin that this drop allows',
  });
});
