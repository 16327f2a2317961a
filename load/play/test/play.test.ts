/**
 * Whole drops as `npm run play` plays them: one in which nothing is wrong, and one for each fault that can be planted in
 * the services, which the judge must see. Two at a time: mostly they wait, for a lobby, a draw, a slow payment.
 */
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../judge/verdict.ts';
import { play, seedThat } from './support/play.ts';

const TIMEOUT_MS = 240_000;
const SIZE = ['--shoppers', '60', '--stock', '16', '--rate', '300', '--instances', '2'];
/** The line is not through when the room goes, and there is more to sell than to those in it. */
const GATED_SIZE = ['--shoppers', '40', '--stock', '120', '--rate', '120', '--instances', '2'];
/** A payment whose answer never comes takes 15 s to settle; only one play needs it. */
const quick = seedThat('never', 'pay-into-silence');

describe.concurrent('play', { timeout: TIMEOUT_MS }, () => {
  test('1.3: a whole drop keeps every promise, with every kind of shopper and every forgery at every protected route', async () => {
    const { code, verdict } = await play(...SIZE, '--seed', String(seedThat('early', 'pay-into-silence')));
    expect(verdict.faults).toEqual([]);
    expect(verdict).toMatchObject({
      ok: true,
      shoppers: 60,
      stock: 16,
      oversold: 0,
      orderInversions: 0,
      rateBoundViolations: 0,
      maxSessionsViolations: 0,
      doubleAdmissions: 0,
      forgeriesAccepted: 0,
      secretsLogged: 0,
      durability: {
        fsync: 'on',
        full_page_writes: 'on',
        synchronous_commit: 'on',
        appendonly: 'yes',
        appendfsync: expect.stringMatching(/^(everysec|always)$/),
      },
    });
    expect(verdict.sold + verdict.held + verdict.left).toBe(16);
    expect(verdict.captured).toBe(verdict.ordersPaid);
    expect(verdict.forgeryKinds).toBeGreaterThanOrEqual(12);
    expect(code).toBe(0);
  });

  test('promise 1 (5.12): with the whole room killed, gates let in by leases, and every promise is kept', async () => {
    const { code, verdict } = await play('--gates', '2', ...GATED_SIZE, '--seed', String(quick));
    expect(verdict.faults).toEqual([]);
    expect(verdict).toMatchObject({
      ok: true,
      rateBoundViolations: 0,
      maxSessionsViolations: 0,
      doubleAdmissions: 0,
      orderInversions: 0,
      admissionsLost: 0,
      oversold: 0,
    });
    // A gate spends no more than it leased, and what was leased was granted, spent or not.
    expect(verdict.leasesSpent).toBeGreaterThan(0);
    expect(verdict.leasesSpent).toBeLessThanOrEqual(verdict.leases);
    expect(verdict.roomAwayMs).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  const sees: Record<string, { seed: number; figure: keyof Verdict; promise: string }> = {
    oversell: { seed: quick, figure: 'oversold', promise: 'promise 6' },
    inversion: { seed: quick, figure: 'orderInversions', promise: 'promise 2' },
    rate: { seed: quick, figure: 'rateBoundViolations', promise: 'promise 1' },
    'double-admission': { seed: quick, figure: 'doubleAdmissions', promise: 'promise 3' },
    'accept-forgery': { seed: quick, figure: 'forgeriesAccepted', promise: 'promise 3' },
    'lost-unit': { seed: seedThat('early', 'release'), figure: 'lostUnits', promise: 'promise 6' },
    'double-charge': {
      seed: seedThat('early', 'pay-into-silence'),
      figure: 'doubleCharges',
      promise: 'promise 6',
    },
  };

  for (const [fault, { seed, figure, promise }] of Object.entries(sees)) {
    test(`1.4: ${fault}, planted in the services, is seen: ${figure} (${promise}), ok false, exit code 1`, async () => {
      const { code, verdict } = await play(...SIZE, '--seed', String(seed), '--sabotage', fault);
      expect(verdict[figure]).toBeGreaterThan(0);
      expect(verdict.ok).toBe(false);
      expect(code).toBe(1);
    });
  }
});
