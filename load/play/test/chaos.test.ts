/**
 * Promise 7 over a whole drop: rooms, checkouts and control plane are killed and frozen, each in its turn, Redis restarted,
 * Postgres crashed, both hung, all the while shoppers join, enter and buy. Short in `npm test`; `npm run test:long` plays
 * larger drops, with more instances.
 */
import { isLong } from '@sluice/service-kit/testing';
import { expect, test } from 'vitest';
import { play, seedThat } from './support/play.ts';

const SIZE = ['--shoppers', '40', '--stock', '16', '--rate', '60', '--instances', '2'];
const LONG_SIZE = ['--shoppers', '400', '--stock', '250', '--rate', '150', '--instances', '3'];

/** A payment whose answer never comes takes 15 s to settle: in the long form only. */
const seeds = isLong ? [1, 2, 3, 4, 5] : [seedThat('never', 'pay-into-silence')];

for (const seed of seeds) {
  test(`promise 7: with every process killed and frozen in turn, and stores restarted, all that was promised is kept (seed ${seed})`, async () => {
    const { code, verdict } = await play('--chaos', '--seed', String(seed), ...(isLong ? LONG_SIZE : SIZE));
    expect(verdict.faults).toEqual([]);
    expect(verdict).toMatchObject({
      ok: true,
      oversold: 0,
      lostUnits: 0,
      orderInversions: 0,
      rateBoundViolations: 0,
      maxSessionsViolations: 0,
      doubleAdmissions: 0,
      doubleCharges: 0,
      placesLost: 0,
      admissionsLost: 0,
      ordersLost: 0,
    });
    expect(new Set(verdict.blows.map(({ means }) => means))).toEqual(
      new Set(['killed', 'frozen', 'restarted', 'crashed']),
    );
    expect(code).toBe(0);
  }, 600_000);
}
