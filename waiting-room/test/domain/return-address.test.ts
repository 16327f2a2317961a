import { expect, test } from 'vitest';
import { checkReturnAddress, handOverOf } from '../../src/domain/return-address.ts';
import { RETURN_TRICKS } from '../support/return-tricks.ts';

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
  expect(RETURN_TRICKS.length).toBeGreaterThanOrEqual(60);
  for (const trick of RETURN_TRICKS) expect(ok(trick), JSON.stringify(trick)).toBe(false);
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
