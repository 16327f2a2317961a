import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, loadConfig, SERVICE_VARIABLES } from '../../src/config.ts';
import { REDIS_URL } from '../../src/redis.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const schema = Type.Object({
  ...SERVICE_VARIABLES,
  REDIS_URL: Type.String({ pattern: '^rediss?://', description: 'redis:// address' }),
  SERVICE_TOKEN: Type.String({ minLength: 32 }),
  RATE: Type.Optional(Type.Number({ maximum: 5 })),
});
const good = { REDIS_URL: 'redis://127.0.0.1', SERVICE_TOKEN: 's'.repeat(32) };

function faultsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(schema, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).faults;
  }
  return [];
}

test('defaults fill in, texts become what the schema says, and other variables are left out', () => {
  expect(
    loadConfig(schema, { ...good, PORT: '8080', LOG_PRETTY: 'true', RATE: '2.5', PATH: '/bin' }),
  ).toEqual({
    ...good,
    HOST: '127.0.0.1',
    PORT: 8080,
    INTERNAL_PORT: 0,
    LOG_LEVEL: 'info',
    LOG_PRETTY: true,
    TRUSTED_PROXIES: '',
    RATE: 2.5,
  });
});

test('every fault is told at once, with the variable and what is expected of it', () => {
  const faults = faultsOf({
    PORT: '70000',
    INTERNAL_PORT: 'http',
    LOG_LEVEL: 'loud',
    LOG_PRETTY: 'maybe',
    TRUSTED_PROXIES: '10.0.0.0/8, nginx',
    REDIS_URL: 'localhost:6379',
    RATE: '9',
  });
  expect([...faults].sort()).toEqual([
    expect.stringMatching(/^INTERNAL_PORT: must be integer/),
    'LOG_LEVEL: must be one of trace, debug, info, warn, error, fatal, silent',
    expect.stringMatching(/^LOG_PRETTY: must be boolean/),
    expect.stringMatching(/^PORT: must be <= 65535/),
    expect.stringMatching(/^RATE: must be <= 5/),
    'REDIS_URL: must match pattern "^rediss?://" (redis:// address)',
    'SERVICE_TOKEN: must be set',
    expect.stringMatching(/^TRUSTED_PROXIES: must be a comma list of addresses and CIDRs/),
  ]);
});

test('a fault never quotes the value: it may be a secret in the wrong place', () => {
  const faults = faultsOf({ ...good, SERVICE_TOKEN: 'hunter2', PORT: 'hunter3', TRUSTED_PROXIES: 'hunter4' });
  expect(faults).toHaveLength(3);
  expect(faults.join()).not.toMatch(/hunter/);
});

test('an empty variable counts as none', () => {
  expect(loadConfig(schema, { ...good, PORT: '' }).PORT).toBe(0);
  expect(faultsOf({ ...good, SERVICE_TOKEN: '' })).toEqual(['SERVICE_TOKEN: must be set']);
});

test.each([
  ['', true],
  ['127.0.0.1/32,::1/128', true],
  [' 10.0.0.0/8 , 192.168.1.7 ', true],
  ['fd00::/8', true],
  ['10.0.0.0/33', false],
  ['*', false],
  ['proxy.example', false],
  ['0.0.0.0/0', false], // whoever trusts everybody lets every client choose its address
])('TRUSTED_PROXIES "%s" is accepted: %s', (text, isGood) => {
  expect(faultsOf({ ...good, TRUSTED_PROXIES: text })).toHaveLength(isGood ? 0 : 1);
});

describe('secrets from files', () => {
  test('<NAME>_FILE names a file that holds the value, without its line end', () => {
    const file = join(folder, 'token');
    writeFileSync(file, `${'t'.repeat(40)}\n`);
    const { SERVICE_TOKEN: _, ...rest } = good;
    expect(loadConfig(schema, { ...rest, SERVICE_TOKEN_FILE: file }).SERVICE_TOKEN).toBe('t'.repeat(40));
  });

  test('a file that cannot be read is one fault among the others', () => {
    const { SERVICE_TOKEN: _, ...rest } = good;
    const faults = faultsOf({ ...rest, SERVICE_TOKEN_FILE: join(folder, 'none'), PORT: 'x' });
    expect(faults).toContainEqual(
      expect.stringMatching(/^SERVICE_TOKEN_FILE: .*none cannot be read \(ENOENT\)$/),
    );
    expect(faults).toContainEqual(expect.stringMatching(/^PORT: /));
  });
});

test('twenty faults of a configuration are twenty lines', () => {
  const names = Array.from({ length: 20 }, (_, at) => `NAME_${at}`);
  const schema = Type.Object(Object.fromEntries(names.map((name) => [name, Type.Integer()])));
  const environment = Object.fromEntries(names.map((name) => [name, 'no number']));
  const load = () => loadConfig(schema, environment);
  expect(load).toThrow(ConfigError);
  for (const name of names) expect(load).toThrow(`${name}:`);
});

describe('REDIS_URL', () => {
  const redis = Type.Object({ REDIS_URL });
  const faults = (url: string): readonly string[] => {
    try {
      loadConfig(redis, { REDIS_URL: url });
    } catch (error) {
      return (error as ConfigError).faults;
    }
    return [];
  };

  test.each([
    'redis://127.0.0.1:6379',
    'rediss://user:secret@redis.example',
    'redis://127.0.0.1:6379/7',
    'redis://127.0.0.1:7000,redis://127.0.0.1:7001, redis://[::1]:7002',
    'rediss://:secret@a.example:7000/0,rediss://b.example:7000',
  ])('%s is one server, or some nodes of a Cluster', (url) => {
    expect(faults(url)).toEqual([]);
  });

  test.each([
    ['redis://a:1,b:2', /mix|comma list/],
    ['redis://a:1,', /comma list of addresses/],
    ['redis://a:1,rediss://b:2', /must not mix/],
    ['redis://a:1/3,redis://b:2', /database/],
    ['localhost:6379', /pattern/],
  ])('%s is told what is wrong with it', (url, told) => {
    expect(faults(url).join()).toMatch(told);
    expect(faults(url).join()).toMatch(/REDIS_URL/);
  });
});
