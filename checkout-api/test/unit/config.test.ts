import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';

const environment = {
  REDIS_URL: 'redis://localhost',
  DATABASE_URL: 'postgres://localhost/x',
  SERVICE_TOKEN: 'x'.repeat(32),
  ROOM_URLS: 'http://localhost:1',
  ROOM_ISSUER: 'http://localhost:1',
};

function faultsOf(more: Record<string, string>): string {
  try {
    readConfig({ ...environment, ...more });
    return '';
  } catch (error) {
    return String(error);
  }
}

test('the sandbox is what pays unless something else is said, and needs nothing', () => {
  expect(readConfig(environment).PAYMENT_PROVIDERS).toBe('sandbox');
});

test('where Stripe is wanted its key and its webhook secret are required, told together with every other fault', () => {
  const faults = faultsOf({ PAYMENT_PROVIDERS: 'sandbox, stripe', ROOM_ISSUER: 'nowhere' });
  for (const name of ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'ROOM_ISSUER'])
    expect(faults).toContain(name);
  const good = {
    PAYMENT_PROVIDERS: 'stripe',
    STRIPE_SECRET_KEY: 'sk_x',
    STRIPE_WEBHOOK_SECRET: 'whsec_a, whsec_b',
  };
  expect(faultsOf(good)).toBe('');
});

test('a provider nobody knows, a key of another kind: named by the variable, never by the value', () => {
  expect(faultsOf({ PAYMENT_PROVIDERS: 'paypal' })).toContain('PAYMENT_PROVIDERS');
  const faults = faultsOf({
    PAYMENT_PROVIDERS: 'stripe',
    STRIPE_SECRET_KEY: 'pk_public',
    STRIPE_WEBHOOK_SECRET: 'hush',
  });
  expect(faults).toMatch(/STRIPE_SECRET_KEY[\s\S]*STRIPE_WEBHOOK_SECRET/);
  expect(faults).not.toMatch(/pk_public|hush/);
});

test('keys of webhooks are kid:key, 32 bytes each; a fault is told without the key', () => {
  const key = Buffer.alloc(32, 7).toString('base64url');
  expect(faultsOf({ WEBHOOK_KEYS: `k2:${key}, k1:${key}` })).toBe('');
  for (const bad of [key, `k1:${key}x`, `k1:${key.slice(1)}`, `:${key}`, `k1:${key},`]) {
    const faults = faultsOf({ WEBHOOK_KEYS: bad });
    expect(faults, bad).toContain('WEBHOOK_KEYS');
    expect(faults).not.toContain(key.slice(1));
  }
});
