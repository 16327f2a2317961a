import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeTicket, encodeTicket, TICKET_LENGTH_MAX, type Ticket } from '../../src/domain/ticket.ts';

const key = createSecretKey(randomBytes(32));
const keys = (kid: number) => (kid === 7 ? key : undefined);

const sample: Ticket = {
  kid: 7,
  drop: 'sneaker-1',
  id: randomBytes(16),
  class: { band: 1, chances: 1, headStartMs: 0 },
  joinedUs: 1_795_532_512_345_678,
  order: 1_795_532_512_345_679,
  epoch: '00ff10ab54cd3298',
  customer: null,
};

const tickets = fc.record({
  kid: fc.constant(7),
  drop: fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/),
  id: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
  class: fc.record({
    band: fc.constantFrom(0, 1, 2, 3),
    chances: fc.integer({ min: 1, max: 8 }),
    headStartMs: fc.nat(2 ** 31),
  }),
  joinedUs: fc.maxSafeNat(),
  order: fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  epoch: fc.stringMatching(/^[0-9a-f]{16}$/),
  customer: fc.option(
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 16 })
      .filter((text) => Buffer.byteLength(text) <= 64 && text.isWellFormed()),
  ),
}) as fc.Arbitrary<Ticket>;

test('Q14: what was encoded is decoded unchanged, within the length bound', () => {
  fc.assert(
    fc.property(tickets, (ticket) => {
      const text = encodeTicket(ticket, key);
      expect(text.length).toBeLessThanOrEqual(TICKET_LENGTH_MAX);
      expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(decodeTicket(text, ticket.drop, keys)).toEqual(ticket);
    }),
  );
});

test('promise 3: every single flipped bit of a ticket makes it no ticket', () => {
  const bytes = Buffer.from(encodeTicket({ ...sample, customer: 'customer-77' }, key), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const altered = Buffer.from(bytes);
    altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(decodeTicket(altered.toString('base64url'), sample.drop, keys)).toBeNull();
  }
});

test('Q14: a ticket has one spelling: every other character at every place, padding, white space, other alphabets are refused', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  // Three lengths of drop, so that all three base64url endings are met.
  for (const drop of ['a', 'ab', 'abc']) {
    const text = encodeTicket({ ...sample, drop }, key);
    expect(decodeTicket(text, drop, keys)).not.toBeNull();
    for (let at = 0; at < text.length; at++) {
      for (const letter of alphabet) {
        if (letter === text[at]) continue;
        expect(decodeTicket(text.slice(0, at) + letter + text.slice(at + 1), drop, keys)).toBeNull();
      }
    }
    for (const spelling of [
      `${text}=`,
      `${text}==`,
      ` ${text}`,
      `${text}\n`,
      `${text}A`,
      `${text}.`,
      text.slice(0, -1),
    ]) {
      expect(decodeTicket(spelling, drop, keys)).toBeNull();
    }
  }
  const withBothAlphabets = Array.from({ length: 200 }, () =>
    encodeTicket({ ...sample, id: randomBytes(16) }, key),
  );
  for (const text of withBothAlphabets.filter((candidate) => /[-_]/.test(candidate))) {
    expect(decodeTicket(text.replaceAll('-', '+').replaceAll('_', '/'), sample.drop, keys)).toBeNull();
  }
});

test('promise 3: a ticket is for one drop, one key and one key id', () => {
  const text = encodeTicket(sample, key);
  expect(decodeTicket(text, 'sneaker-2', keys)).toBeNull();
  expect(decodeTicket(text, 'sneaker-10', keys)).toBeNull();
  expect(decodeTicket(text, sample.drop, () => createSecretKey(randomBytes(32)))).toBeNull();
  expect(decodeTicket(text, sample.drop, () => undefined)).toBeNull();
  expect(decodeTicket(encodeTicket({ ...sample, kid: 8 }, key), sample.drop, keys)).toBeNull();
});

test('promise 8: no text whatever makes the decoder throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      (text) => decodeTicket(text, 'a', keys) === null,
    ),
  );
  expect(decodeTicket('', 'a', keys)).toBeNull();
  expect(decodeTicket('A'.repeat(10_000_000), 'a', keys)).toBeNull();
});
