/** What is deleted of a rehearsal, while others are at it (4.13). */
import { holding, untilWaiting } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuditKeys } from '../../src/domain/audit-keys.ts';
import { createCodeUseStore } from '../../src/store/code-uses.ts';
import { createDatabase } from '../../src/store/database.ts';
import { createLogoStore } from '../../src/store/logos.ts';
import { createPeakStore } from '../../src/store/peaks.ts';
import { createRehearsalStore } from '../../src/store/rehearsals.ts';
import { SEED_KEY } from '../support/control-plane.ts';
import { makeDrop } from '../support/drops.ts';
import { openStores, type TestStores } from '../support/stores.ts';

let stores: TestStores;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores?.close());

const who = { actor: 'test', reason: null };

async function startCopy(id: string) {
  const keys = createAuditKeys(SEED_KEY);
  const database = createDatabase(stores.database);
  const copy = await makeDrop(stores.plane.drops, { id });
  return { copy, database, keys, rehearsals: createRehearsalStore(database, keys) };
}

test('all rows of a copy are deleted, whatever was noted of it', async () => {
  const { copy, database, keys, rehearsals } = await startCopy('rehearsal-noted');
  await createPeakStore(database).see(copy.id, 3, 2);
  await createCodeUseStore(database, keys).note(copy.id, { number: 0, before: 0, uses: 2 }, []);
  await createLogoStore(database).send(copy.id, Buffer.from('a picture'), who);
  // Plan, seed, set-up of the checkout, and those three.
  expect(await rehearsals.removePlan(copy.id)).toBe(6);
  expect(await rehearsals.removePlan(copy.id)).toBe(0);
});

test('a copy is deleted while somebody changes it: one after the other, and neither fails', async () => {
  const { copy, rehearsals } = await startCopy('rehearsal-changed');
  // Both want what the checkout is to be told, the deletion first.
  const lock = ['select from admin.checkout_setups where drop_id = $1 for update', [copy.id]] as const;
  const [removed, changed] = await holding(stores.database, [lock], async (letGo) => {
    const removing = rehearsals.removePlan(copy.id);
    await untilWaiting(stores.database, 1);
    const changing = stores.plane.drops.change({
      ...{ act: 'plan.change', drop: copy.id, ifVersion: null, aboveVersion: 0, ...who },
      decide: () => ({ name: 'Another name' }),
    });
    await untilWaiting(stores.database, 2);
    await letGo('rollback');
    return Promise.all([removing, changing]);
  });
  expect(removed).toBe(3);
  expect(changed).toEqual({ status: 'no-such-drop' });
});
