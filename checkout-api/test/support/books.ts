/** What no fault may harm, whatever it was (promise 6). */
import { expect } from 'vitest';
import { reconcile } from '../../src/store/reconcile.ts';
import type { Database } from '../../src/store/statements.ts';
import { imbalances } from './checkout-database.ts';

/**
 * Stock put in = available + held + sold and none oversold; every balance adds up from the ledger; a key has one reservation,
 * a reservation one order at most; and of what the sandbox was asked to take, once and no more for what is paid, else nothing.
 */
export async function expectSoundBooks(database: Database, drop: string): Promise<void> {
  expect(await imbalances(database, drop)).toEqual([]);
  expect((await reconcile(database, drop)).differences).toEqual([]);
  const { rows } = await database.query(
    `select 'reservations of one key: ' || count(*) as fault from checkout.reservations
      where drop_id = $1 group by jti, idempotency_key having count(*) > 1
     union all
     select 'orders of one reservation: ' || count(*) from checkout.orders
      where drop_id = $1 group by reservation_id having count(*) > 1
     union all
     select r.status || ', and taken so often: ' || count(c.id)
       from checkout.reservations r
       left join sandbox.charges c
         on c.reference = r.id::text and (c.status = 'captured' or c.status = 'processing' and c.settles_at <= clock_timestamp())
      where r.drop_id = $1
        and exists (select from checkout.payment_attempts a where a.reservation_id = r.id and a.provider = 'sandbox')
        and not exists (select from checkout.payment_attempts a where a.reservation_id = r.id and a.status = 'pending')
      group by r.id having count(c.id) <> case when r.status = 'paid' then 1 else 0 end`,
    [drop],
  );
  expect(rows).toEqual([]);
}
