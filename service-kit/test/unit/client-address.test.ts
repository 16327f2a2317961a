import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clientAddressKey,
  createClientAddress,
  createClientKey,
  createProxyTrust,
} from '../../src/client-address.ts';

describe('the key that limits count by', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, key) => {
    expect(clientAddressKey(address)).toBe(key);
  });

  test('all of a /64 counts as one, and the next /64 as another', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(
        fc.tuple(group, group, group, group),
        fc.tuple(group, group, group, group),
        (prefix, host) => {
          const write = (groups: number[]) => groups.map((part) => part.toString(16)).join(':');
          const key = clientAddressKey(`${write(prefix)}:${write(host)}`);
          expect(key).toBe(`${write(prefix)}::/64`);
          const next = [...prefix.slice(0, 3), (prefix[3] + 1) % 0x10000];
          expect(clientAddressKey(`${write(next)}:${write(host)}`)).not.toBe(key);
        },
      ),
    );
  });
});

describe('the client of a request', () => {
  const request = (peer: string, forwarded?: string) =>
    ({
      socket: { remoteAddress: peer },
      connection: { remoteAddress: peer },
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
      rawHeaders: forwarded === undefined ? [] : ['X-Forwarded-For', forwarded],
    }) as unknown as IncomingMessage;
  const trusted = createClientAddress('10.0.0.0/8, 127.0.0.1');

  test('an untrusted peer is itself, whatever it says about others', () => {
    expect(trusted(request('203.0.113.7', '198.51.100.1'))).toBe('203.0.113.7');
    expect(createClientAddress('')(request('127.0.0.1', '198.51.100.1'))).toBe('127.0.0.1');
  });

  test('behind trusted proxies it is the last address that none of them has', () => {
    expect(trusted(request('10.0.0.1', '198.51.100.1'))).toBe('198.51.100.1');
    expect(trusted(request('10.0.0.1', '198.51.100.1, 10.0.0.2'))).toBe('198.51.100.1');
    expect(trusted(request('10.0.0.1'))).toBe('10.0.0.1');
  });

  test('what a client writes in front of its own address is not believed', () => {
    expect(trusted(request('10.0.0.1', '192.0.2.1, 10.9.9.9, 203.0.113.7'))).toBe('203.0.113.7');
  });

  test('verdicts are remembered, and forgotten before they fill the memory', () => {
    const trust = createProxyTrust('10.0.0.0/8');
    for (let at = 0; at < 50_000; at++) trust(`192.0.${at >> 8}.${at & 255}`);
    expect([trust('10.1.2.3'), trust('192.0.2.1'), trust('10.1.2.3')]).toEqual([true, false, true]);
  });

  test('what a trusted proxy said is remembered; an untrusted peer with the same header is still itself', () => {
    const keyOf = createClientKey('10.0.0.0/8');
    for (let time = 0; time < 2; time++) {
      expect(keyOf(request('10.0.0.1', '2001:db8::1'))).toBe('2001:db8:0:0::/64');
      expect(keyOf(request('203.0.113.7', '2001:db8::1'))).toBe('203.0.113.7');
      expect(keyOf(request('10.0.0.2', '10.0.0.9'))).toBe('10.0.0.9');
      expect(keyOf(request('10.0.0.2'))).toBe('10.0.0.2');
    }
  });

  test('keys are forgotten before they fill the memory, and found out again', () => {
    const keyOf = createClientKey('10.0.0.0/8');
    for (let at = 0; at < 50_000; at++) keyOf(request('10.0.0.1', `192.0.${at >> 8}.${at & 255}`));
    expect(keyOf(request('10.0.0.1', '192.0.0.7'))).toBe('192.0.0.7');
  });
});
