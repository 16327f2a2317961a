import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@sluice/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { createTestKeys, SERVICE_TOKEN, type TestKeys } from './support/room.ts';

let keys: TestKeys;
let good: Record<string, string>;
beforeAll(() => {
  keys = createTestKeys();
  good = {
    REDIS_URL: 'redis://127.0.0.1:6379',
    SERVICE_TOKEN,
    PUBLIC_URL: 'https://queue.example',
    ...keys.environment,
  };
});
afterAll(() => keys.remove());

function faultsOf(environment: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('1.14: every fault of the configuration is told at once, naming variable and expectation', () => {
  const faults = faultsOf({
    PORT: 'many',
    INTERNAL_PORT: '-1',
    REDIS_URL: 'localhost',
    SERVICE_TOKEN: 'short',
  });
  for (const name of [
    'PORT',
    'INTERNAL_PORT',
    'REDIS_URL',
    'SERVICE_TOKEN',
    'PUBLIC_URL',
    'ADMISSION_KEYS_FILE',
    'TICKET_KEYS_FILE',
  ]) {
    expect(
      faults.some((fault) => fault.startsWith(name)),
      `${name} in ${faults.join('; ')}`,
    ).toBe(true);
  }
  expect(faults.join()).not.toContain('short');
  expect(faultsOf(good)).toEqual([]);
});

test('the public address must be an origin, over https unless it is this machine', () => {
  for (const url of [
    'queue.example',
    'https://queue.example/path',
    'https://u:p@queue.example',
    'http://queue.example',
  ])
    expect(faultsOf({ ...good, PUBLIC_URL: url })[0], url).toMatch(/^PUBLIC_URL/);
  for (const url of [
    'http://localhost:8080',
    'http://127.0.0.1',
    'http://[::1]:9',
    'https://queue.example:8443',
  ])
    expect(faultsOf({ ...good, PUBLIC_URL: url }), url).toEqual([]);
});

test('5.8: keys and origins of web push are checked at the start', () => {
  const file = join(keys.environment.TICKET_KEYS_FILE, '..', 'vapid.json');
  const vapid = { publicKey: 'p'.repeat(87), privateKey: 'k'.repeat(43), subject: 'mailto:a@example.com' };
  const withKeys = (text: string) => {
    writeFileSync(file, text);
    return faultsOf({ ...good, PUSH_KEYS_FILE: file });
  };
  expect(withKeys(JSON.stringify(vapid))).toEqual([]);
  for (const wrong of [{ publicKey: 'x' }, { privateKey: 1 }, { subject: 'me' }, { subject: undefined }])
    expect(withKeys(JSON.stringify({ ...vapid, ...wrong }))[0]).toMatch(/^PUSH_KEYS_FILE: needs/);
  for (const text of ['', 'null', '[]']) expect(withKeys(text)[0], text).toMatch(/^PUSH_KEYS_FILE/);
  expect(faultsOf({ ...good, PUSH_ORIGINS: ' https://push.example, http://127.0.0.1:9 ' })).toEqual([]);
  for (const origins of ['push.example', 'https://push.example/x', 'http://push.example', '*'])
    expect(faultsOf({ ...good, PUSH_ORIGINS: origins })[0], origins).toMatch(/^PUSH_ORIGINS/);
  expect(faultsOf({ ...good, SMTP_URL: 'mail.example' })[0]).toMatch(/^SMTP_URL/);
});

test('a key file that is missing, no JSON, empty or wrong is named, and nothing of it is shown', () => {
  const file = join(keys.environment.TICKET_KEYS_FILE, '..', 'other.json');
  const withFile = (variable: string, text: string) => {
    writeFileSync(file, text);
    return faultsOf({ ...good, [variable]: file });
  };
  const secret = 'S'.repeat(43);
  const cases: [string, string][] = [
    ['TICKET_KEYS_FILE', `{"secret": "${secret}"`],
    ['TICKET_KEYS_FILE', '{}'],
    ['TICKET_KEYS_FILE', '{"keys": []}'],
    ['TICKET_KEYS_FILE', '[]'],
    ['TICKET_KEYS_FILE', 'null'],
    ['TICKET_KEYS_FILE', `{"keys": [{"kid": 256, "secret": "${secret}"}]}`],
    ['TICKET_KEYS_FILE', `{"keys": [{"kid": 1, "secret": "${secret}S"}]}`],
    ['TICKET_KEYS_FILE', `{"keys": [{"kid": 1, "secret": "${secret}"}, {"kid": 1, "secret": "${secret}"}]}`],
    ['ADMISSION_KEYS_FILE', '{"keys": [{"kid": "a", "kty": "RSA"}]}'],
    ['ADMISSION_KEYS_FILE', `{"keys": [{"kid": "a", "kty": "OKP", "crv": "Ed25519", "x": "${secret}"}]}`],
    [
      'ADMISSION_KEYS_FILE',
      `{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "${secret}", "d": "${secret}"}]}`,
    ],
  ];
  for (const [variable, text] of cases) {
    const faults = withFile(variable, text);
    expect(faults, text).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${variable}: `));
    expect(faults[0]).not.toContain(secret);
  }
  expect(faultsOf({ ...good, TICKET_KEYS_FILE: '/nowhere' })[0]).toMatch(/^TICKET_KEYS_FILE: \/nowhere/);
});
