// 4.14: what a machine said of a failure is told by its kind; the texts are what the checkout and its libraries really throw.

import { expect, test } from 'vitest';
import { FAILURE_KINDS, failureKind } from '../../src/domain/failure-kind.ts';

const SAID: readonly [error: string, kind: string][] = [
  ['answered 503', 'answered'],
  ['the target is disabled', 'was-off'],
  ['AddressRefusedError: shop.example does not lead to a public address', 'not-public'],
  ['AddressRefusedError: the address must begin with https://', 'not-public'],
  ['there is no payment provider "stripe" (any more)', 'no-provider'],
  ['this installation sends no mail any more', 'no-mail'],
  ['refund re_1 is still pending', 'still-pending'],
  ['Execution prevented because the circuit breaker is open', 'spared'],
  ['Operation timed out after 3000ms', 'timed-out'],
  ['TimeoutError: The operation was aborted due to timeout', 'timed-out'],
  ['Connection timeout', 'timed-out'],
  ['connect ETIMEDOUT 192.0.2.1:25', 'timed-out'],
  ['Error: connect ECONNREFUSED 127.0.0.1:9', 'refused'],
  ['Error: getaddrinfo ENOTFOUND shop.invalid', 'no-name'],
  ['Error: connect EHOSTUNREACH 192.0.2.1:443', 'no-way'],
  ['Error: read ECONNRESET', 'broken-off'],
  ['Error: socket hang up', 'broken-off'],
  ['Connection terminated unexpectedly', 'broken-off'],
  ['Error: unable to verify the first certificate', 'untrusted'],
  ['Error: self-signed certificate in certificate chain', 'untrusted'],
  ['Invalid API Key provided: sk_test_****', 'no-access'],
  ['Invalid login: 535 5.7.8 Error: authentication failed', 'no-access'],
  ['Request rate limit exceeded.', 'too-many'],
  ["Can't send mail - all recipients were rejected: 550 No such user", 'mail-refused'],
  ['deadlock detected', 'database'],
  ['duplicate key value violates unique constraint "orders_pkey"', 'database'],
  ["Cannot read properties of undefined (reading 'id')", 'bug'],
  ['TypeError: order.lines is not iterable', 'bug'],
  ['the sandbox lost a charge it had written', 'other'],
];

test.each(SAID)('%j is %s', (error, kind) => {
  expect(failureKind(error).kind).toBe(kind);
});

test('each kind is told by some text', () => {
  expect([...new Set(SAID.map(([, kind]) => kind))].sort()).toEqual([...FAILURE_KINDS].sort());
});

test('what stands in the words is read from the text', () => {
  expect(failureKind('answered 410').values).toEqual({ status: '410' });
  expect(failureKind('there is no payment provider "stripe" (any more)').values).toEqual({ name: 'stripe' });
});
