import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTickets } from '../../src/admission/tickets.ts';
import { placeReference } from '../../src/domain/place-reference.ts';
import { EVERYONE } from '../../src/queue/queue.ts';

const [first, second] = [randomBytes(32), randomBytes(32)];
const tickets = createTickets([{ kid: 1, secret: first }]);
const facts = (drop: string) => ({
  drop,
  class: EVERYONE,
  joinedUs: 1_795_532_512_345_678,
  order: null,
  epoch: '00ff10ab54cd3298',
  customer: null,
});
const issue = (issuer: typeof tickets, drop: string) =>
  issuer.issue({ ...facts(drop), id: issuer.newPlace(drop, {}).id });

test('the public number is SHA-256 of the id, and the id is 128 bits that never come twice', () => {
  const places = Array.from({ length: 5000 }, () => tickets.newPlace('a', {}));
  expect(new Set(places.map(({ id }) => id.toString('hex'))).size).toBe(5000);
  for (const { id, number } of places.slice(0, 20)) {
    expect(id.length).toBe(16);
    expect(number).toBe(createHash('sha256').update(id).digest('base64url'));
  }
});

test('Q13: one nonce is one place in one drop, on every instance; without the server’s key nobody can derive it', () => {
  const elsewhere = createTickets([{ kid: 1, secret: first }]);
  const strangers = createTickets([{ kid: 1, secret: second }]);
  const place = tickets.newPlace('a', { nonce: 'nonce-of-a-page-1' });
  expect(elsewhere.newPlace('a', { nonce: 'nonce-of-a-page-1' })).toEqual(place);
  expect(tickets.newPlace('b', { nonce: 'nonce-of-a-page-1' })).not.toEqual(place);
  expect(tickets.newPlace('a', { nonce: 'nonce-of-a-page-2' })).not.toEqual(place);
  expect(strangers.newPlace('a', { nonce: 'nonce-of-a-page-1' })).not.toEqual(place);
});

test('Q13: one customer is one place in a drop, whatever the nonce, and no customer’s is a nonce’s', () => {
  const place = tickets.newPlace('a', { customer: 'customer-77' });
  expect(tickets.newPlace('a', { customer: 'customer-77', nonce: 'nonce-of-a-page-1' })).toEqual(place);
  expect(tickets.newPlace('b', { customer: 'customer-77' })).not.toEqual(place);
  expect(tickets.newPlace('a', { customer: 'customer-78' })).not.toEqual(place);
  expect(tickets.newPlace('a', { nonce: 'customer-77' })).not.toEqual(place);
});

test('Q14: keys rotate during a drop: the old key’s tickets stay valid until it is taken away', () => {
  const rotated = createTickets([
    { kid: 2, secret: second },
    { kid: 1, secret: first },
  ]);
  const afterwards = createTickets([{ kid: 2, secret: second }]);
  const old = issue(tickets, 'a');
  const fresh = issue(rotated, 'a');
  expect(rotated.read(old, 'a')?.kid).toBe(1);
  expect(rotated.read(fresh, 'a')?.kid).toBe(2);
  expect(afterwards.read(old, 'a')).toBeNull();
  expect(tickets.read(fresh, 'a')).toBeNull();
});

test('promise 3: a ticket of one drop or of another installation is no ticket here', () => {
  const text = issue(tickets, 'a');
  expect(tickets.read(text, 'a')).toMatchObject({ drop: 'a', order: null });
  expect(tickets.read(text, 'b')).toBeNull();
  expect(createTickets([{ kid: 1, secret: second }]).read(text, 'a')).toBeNull();
});

test('what the join limit counts by does not tell the address, and differs by drop', () => {
  const digest = tickets.addressDigest('a', '203.0.113.7');
  expect(digest).toMatch(/^[A-Za-z0-9_-]{16}$/);
  expect(tickets.addressDigest('a', '203.0.113.7')).toBe(digest);
  expect(tickets.addressDigest('a', '203.0.113.8')).not.toBe(digest);
  expect(tickets.addressDigest('b', '203.0.113.7')).not.toBe(digest);
});

test('a place reference can be read out: six signs that are not mistaken, the same for the same place', () => {
  const { number } = tickets.newPlace('a', {});
  expect(placeReference(number)).toMatch(/^[2-9BCDFGHJKMNPQRSTVWXYZ]{3}-[2-9BCDFGHJKMNPQRSTVWXYZ]{3}$/);
  expect(placeReference(number)).toBe(placeReference(number));
});
