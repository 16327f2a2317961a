import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sluice/service-kit/testing';
import { expect, onTestFinished, test } from 'vitest';
import { requiredProgram } from '../../../scripts/lib/required-program.mjs';
import { startKafka } from '../../../scripts/lib/start-kafka.mjs';
import { eventTypes } from '../../src/domain/events.ts';
import { createSandboxProvider } from '../../src/payments/sandbox.ts';
import { busToken, useTelling } from '../support/telling.ts';
import { createTill, holdIn } from '../support/till.ts';

const telling = useTelling();

/** A program of the example, as its users run it; answers its first line. */
async function run(file: string, env: Record<string, string>): Promise<string> {
  const path = fileURLToPath(new URL(`../../../examples/event-bus/src/${file}`, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, ...env },
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return line;
}

test('3.13: a paid order comes from the outbox over Kafka onto a packing list, once, although it is told twice', async (context) => {
  const kafka = await startKafka(requiredProgram('KAFKA_PATH', context), [
    'sluice.events',
    'sluice.events.dead',
  ]);
  onTestFinished(() => kafka.stop());
  const bridge = await run('bridge.ts', { KAFKA_BROKERS: kafka.address, TOKEN: busToken });
  await run('pack-orders.ts', { KAFKA_BROKERS: kafka.address, DATABASE_URL: telling.url });
  await telling.events.putOutbox(bridge.replace(/^.* /, ''), eventTypes);

  const till = createTill(telling.database, createSandboxProvider(telling.connect(), 'c2VjcmV0'));
  const buy = async () => {
    const { holder, id } = await holdIn(telling.database, { shoe: 2 });
    const paid = await till.payments.pay(holder, id, 'sandbox:ok');
    return (paid.verdict === 'paid' && paid.reservation.orderId) || '';
  };
  const first = await buy();
  await telling.deliverAll();
  expect(await telling.states()).toEqual([{ status: 'delivered', tries: 1, error: null }]);
  // As if the answer of the bridge had been lost.
  await telling.sql(`update checkout.event_deliveries set status = 'pending'`);
  await telling.deliverAll();
  const last = await buy();
  await telling.deliverAll();
  const list = await waitUntil(
    async () => {
      const rows = await telling.sql(
        'select order_id as "orderId", lines, state from packing_list order by state',
      );
      return rows.some(({ orderId }) => orderId === last) ? rows : undefined;
    },
    { what: 'the last order on the list' },
  );
  const entry = { lines: [{ sku: 'shoe', quantity: 2, unitPriceMinor: 1000 }], state: 'to_pack' };
  expect(list).toHaveLength(2);
  expect(list).toEqual(expect.arrayContaining([first, last].map((orderId) => ({ orderId, ...entry }))));
  expect(await telling.sql('select 1 from seen_events')).toHaveLength(2);
});
