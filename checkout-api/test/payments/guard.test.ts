/** What stands around every call of a provider: a time-out, a retry where nothing can have happened, a breaker. */
import { afterEach, expect, test, vi } from 'vitest';
import { type GuardedProvider, guardProvider } from '../../src/payments/guard.ts';
import { type PaymentProvider, ProviderUnreachableError } from '../../src/payments/provider.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const charge = { idempotencyKey: 'k', reference: 'r', amountMinor: 1, currency: 'EUR', method: 'sandbox:ok' };
/** All that a provider is asked. */
const calls: Record<string, (provider: GuardedProvider) => Promise<unknown>> = {
  charge: (provider) => provider.charge(charge),
  resolve: (provider) => provider.resolve(charge, 'look'),
  refund: (provider) => provider.refund({ ...charge, chargeId: 'c' }),
  findKey: (provider) => provider.findKey('c'),
  listRefunds: (provider) => provider.listRefunds('c'),
};

/** A provider of which every call does the same. */
function provider(answer: () => Promise<never>) {
  const asked = vi.fn(answer);
  const all = Object.fromEntries(Object.keys(calls).map((name) => [name, asked]));
  return { asked, ailing: { name: 'ailing', methods: [], ...all } as unknown as PaymentProvider };
}

test('3.10: the port has no call that is not tried here', () => {
  const { ailing } = provider(() => Promise.reject(new Error('never')));
  const guarded = Object.keys(guardProvider(ailing));
  const others = ['name', 'methods', 'accepts', 'readEvent', 'breakerState'];
  expect(guarded.filter((name) => !others.includes(name)).sort()).toEqual(Object.keys(calls).sort());
});

test.each(Object.entries(calls))('3.10: %s does not wait for a provider that is silent', async (_, call) => {
  const { ailing } = provider(() => new Promise<never>(() => {}));
  await expect(call(guardProvider(ailing, { timeoutMs: 20 }))).rejects.toThrow(/timed out/i);
});

test.each(Object.entries(calls))(
  '3.10: %s that never arrived is sent twice more, one that may have arrived is not',
  async (_, call) => {
    const gone = provider(() => Promise.reject(new ProviderUnreachableError('connect ECONNREFUSED')));
    await expect(call(guardProvider(gone.ailing))).rejects.toThrow(ProviderUnreachableError);
    expect(gone.asked).toHaveBeenCalledTimes(3);
    const ill = provider(() => Promise.reject(new Error('502')));
    await expect(call(guardProvider(ill.ailing))).rejects.toThrow('502');
    expect(ill.asked).toHaveBeenCalledTimes(1);
  },
);

test.each(Object.entries(calls))(
  '3.10: after five failures %s does not reach the provider',
  async (_, call) => {
    const { asked, ailing } = provider(() => Promise.reject(new Error('502')));
    const guarded = guardProvider(ailing);
    for (let times = 0; times < 5; times++) await expect(call(guarded)).rejects.toThrow('502');
    for (const other of Object.values(calls))
      await expect(other(guarded)).rejects.toThrow(/circuit|breaker/i);
    expect(asked).toHaveBeenCalledTimes(5);
  },
);

test('3.10: those who try again do not come back at the same moment', async () => {
  const waits: number[] = [];
  const { setTimeout: wait } = globalThis;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((act: () => void, ms = 0) => {
    waits.push(ms);
    return wait(act, 0);
  }) as typeof setTimeout);
  await Promise.allSettled(
    Array.from({ length: 20 }, () => {
      const { ailing } = provider(() => Promise.reject(new ProviderUnreachableError('connect ECONNREFUSED')));
      return guardProvider(ailing, { timeoutMs: 60_000 }).charge(charge);
    }),
  );
  const pauses = waits.filter((ms) => ms < 60_000);
  expect(pauses).toHaveLength(40);
  expect(new Set(pauses).size).toBeGreaterThan(10);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(500);
});
