/**
 * The store path by itself, for the bench `reserve`: many requesters at once, each asking for one unit of one hot SKU under
 * a key of its own, either through the batching store or in a transaction of each request's own: by the statement that decides whatever is
 * asked (`single`), or by the shorter one that batches get while there is plenty (`plain`). Prints `{"perSecond", "reserved"}`.
 *
 * node reserve-store.ts <batched|single|plain> <drop> <sku> <requesters> <milliseconds>; DATABASE_URL names the database, whose
 * sessions are the shoppers.
 */
import { randomBytes } from 'node:crypto';
import { connectPostgres, createLogger } from '@sluice/service-kit';
import { createReservationStore, type Holder } from '../src/store/reservations.ts';
import { reserveBatch } from '../src/store/reserve-batch.ts';
import { reservePlain } from '../src/store/reserve-plain.ts';
import { uuidv7 } from '../src/store/uuid.ts';

/** As the service has by default. */
const CONNECTIONS = 10;

const [mode, drop = '', sku = '', requesters = '', milliseconds = ''] = process.argv.slice(2);
const log = createLogger({ name: 'reserve-store', level: 'warn' });
const database = connectPostgres({ url: process.env.DATABASE_URL ?? '', log, max: CONNECTIONS });
const store = createReservationStore(database);
const run = randomBytes(6).toString('hex');
const lines = [{ sku, quantity: 1 }];

async function reserve(holder: Holder, key: string): Promise<string> {
  if (mode === 'batched') return (await store.reserve(holder, key, lines)).verdict;
  const { jti, shopper } = holder;
  const alone = [{ id: uuidv7(), jti, shopper, key, lines }];
  const decided =
    mode === 'plain'
      ? await reservePlain(database, drop, alone, 0)
      : await reserveBatch(database, drop, alone);
  return decided?.answers[0]?.verdict ?? 'not plain';
}

const { rows: holders } = await database.query<Holder>(
  'select jti, drop_id as drop, shopper from checkout.sessions where drop_id = $1 and ended_at is null',
  [drop],
);
let reserved = 0;
let next = 0;
const startedAt = performance.now();
const endsAt = startedAt + Number(milliseconds);

async function requester(): Promise<void> {
  while (performance.now() < endsAt) {
    const count = next++;
    const verdict = await reserve(holders[count % holders.length] as Holder, `${run}-${count}`);
    if (verdict !== 'reserved') throw new Error(`a reservation ended as ${verdict}`);
    reserved++;
  }
}

// One by one no more can be under way than there are connections: the others would only wait for the pool, and run out of its time.
const atOnce = mode === 'batched' ? Number(requesters) : Math.min(Number(requesters), CONNECTIONS);
await Promise.all(Array.from({ length: atOnce }, requester));
const seconds = (performance.now() - startedAt) / 1000;
await database.end();
console.log(JSON.stringify({ perSecond: reserved / seconds, reserved }));
