/** One of everything that a page can be about, for tests that go to every page. */
import { expect } from 'vitest';
import { placeReference } from '../../../../server/src/domain/place-reference.ts';
import type { TestControlPlane } from '../../../../server/test/support/control-plane.ts';

/** What stands for `$drop` and so on in the addresses of pages. */
export interface Examples extends Readonly<Record<string, string>> {
  readonly drop: string;
  readonly order: string;
  readonly webhook: string;
  readonly series: string;
  /** Of the place that the order was bought from. */
  readonly reference: string;
}

/** A drop with codes and an order, a webhook, a key, a series. */
export async function plantExamples(admin: TestControlPlane): Promise<Examples> {
  const make = async (path: string, body: object) => {
    const { status, text, body: made } = await admin.call('POST', `/api/v1/${path}`, body);
    expect(status, text).toBe(201);
    return made;
  };
  const drop = (await admin.createDrop({ name: 'Aurora Low', timeZone: 'Europe/Berlin' })).body.id;
  const order = await admin.buy({ drop, customer: 'ada@shop.example', quantity: 2, declinedFirst: true });
  const webhook = await make('webhooks', {
    ...{ url: 'http://127.0.0.1:9/hooks/warehouse', types: ['order.paid'] },
  });
  await make('keys', { name: 'stock import', scopes: ['drops.read'] });
  await make(`drops/${drop}/codes`, { kind: 'access', label: 'newsletter', count: 3 });
  await make('series', {
    ...{ id: 'thursdays', name: 'Thursday drop', rrule: 'FREQ=WEEKLY;BYDAY=TH' },
    ...{ startsLocal: '2027-01-07T18:00', timeZone: 'Europe/Berlin', openSeconds: 7200 },
    page: { returnOrigins: ['https://shop.example'] },
    products: [{ sku: 'low-41', name: 'Aurora Low', priceMinor: 12_900, stock: 10 }],
  });
  await plantFailures(admin);
  return {
    ...{ drop, order: order.id, webhook: webhook.id, series: 'thursdays' },
    reference: placeReference(order.number),
  };
}

/** Tasks of the checkout that have had their last try, each for another reason. */
export async function plantFailures({ database }: TestControlPlane): Promise<void> {
  const failed: [task: string, error: string][] = [
    ['settle_refund', 'Operation timed out after 3000ms'],
    ['send_receipt', 'connect ECONNREFUSED 127.0.0.1:25'],
    ['apply_provider_event', 'there is no payment provider "stripe" (any more)'],
  ];
  for (const [task, error] of failed) {
    const made = `select id from graphile_worker.add_job($1, '{}', run_at => now() + interval '1 day', max_attempts => 1)`;
    const { rows } = await database.query(made, [task]);
    const died =
      'update graphile_worker._private_jobs set attempts = max_attempts, last_error = $2 where id = $1';
    await database.query(died, [rows[0]?.id, error]);
  }
}
