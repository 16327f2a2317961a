/**
 * The example of a consumer: a packing list that has every paid order once, and none that was cancelled or given back before
 * it was packed. Run it beside the bridge; any number of it share the work.
 */
import { Pool } from 'pg';
import { takeEvents } from './take-events.ts';

const { KAFKA_BROKERS = '', DATABASE_URL = '', TOPIC = 'sluice.events', GROUP = 'packing' } = process.env;
const faults = [
  ...(KAFKA_BROKERS === '' ? ['KAFKA_BROKERS must name at least one host:port'] : []),
  ...(DATABASE_URL === '' ? ['DATABASE_URL must be a PostgreSQL address'] : []),
];
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(2);
}

const database = new Pool({ connectionString: DATABASE_URL, connectionTimeoutMillis: 2000 });
database.on('error', (error) => console.error(`a connection was lost: ${error.message}`));
await database.query(
  `do $$ begin
     perform pg_advisory_xact_lock(hashtext('packing_list'));
     create table if not exists packing_list (
       order_id text primary key,
       lines jsonb not null,
       state text not null check (state in ('to_pack', 'stopped'))
     );
   end $$`,
);

const taking = await takeEvents({
  brokers: KAFKA_BROKERS.split(','),
  topic: TOPIC,
  group: GROUP,
  database,
  async handle({ type, data }, client) {
    const { orderId, lines } = data;
    switch (type) {
      case 'sluice.order.paid':
        await client.query(`insert into packing_list (order_id, lines, state) values ($1, $2, 'to_pack')`, [
          orderId,
          JSON.stringify(lines),
        ]);
        break;
      case 'sluice.order.cancelled':
      case 'sluice.order.refunded':
        await client.query(`update packing_list set state = 'stopped' where order_id = $1`, [orderId]);
        break;
    }
  },
});
console.log(`taking ${TOPIC} as ${GROUP}`);

const end = async () => {
  await taking.close();
  await database.end();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
taking.failed.catch((error) => {
  console.error(error);
  process.exit(1);
});
