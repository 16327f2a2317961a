/**
 * Hears of changes of stock from the write-ahead log: every commit, in order, at no cost to who made it. The slot is
 * temporary: it goes with the connection, so an instance that dies leaves nothing that would keep the log from being
 * cleaned up.
 */
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { LogicalReplicationService, type Pgoutput, PgoutputPlugin } from 'pg-logical-replication';
import { sqlStateOf } from './postgres-errors.ts';
import type { FeedConnection, OnStockChanged } from './stock-feed.ts';

const connectTimeoutMs = 2000;

/** Makes its slot on the connection that reads from it, as a temporary slot must be. */
class TemporarySlot extends PgoutputPlugin {
  override async start(client: pg.Client, slotName: string, lastLsn: string) {
    await client.query(
      `CREATE_REPLICATION_SLOT "${slotName}" TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')`,
    );
    return super.start(client, slotName, lastLsn);
  }
}

/** The server does not replicate logically, has no slot left, or the role may not: another way must do. */
export function isReplicationRefused(error: unknown): boolean {
  return ['55000', '42501', '53400'].includes(sqlStateOf(error) ?? '');
}

/** @throws what the connection or the server threw; see {@link isReplicationRefused} */
export async function openReplication(url: string, onChange: OnStockChanged): Promise<FeedConnection> {
  const service = new LogicalReplicationService(
    {
      connectionString: url,
      application_name: 'checkout stock replication',
      connectionTimeoutMillis: connectTimeoutMs,
    },
    { acknowledge: { auto: true, timeoutSeconds: 5 } },
  );
  const see = seeChanges(onChange);
  service.on('data', (_lsn: string, message: Pgoutput.Message) => see(message));
  service.on('error', () => {}); // the subscription ends with it
  const plugin = new TemporarySlot({ protoVersion: 1, publicationNames: ['checkout_stock'] });
  const slot = `checkout_${randomBytes(8).toString('hex')}`;
  const started = new Promise<void>((resolve) => service.once('start', resolve));
  const subscription = service.subscribe(plugin, slot);
  const ended = subscription.then(
    () => {},
    () => {},
  );
  await Promise.race([started, subscription]);
  return {
    ended: ended.then(async () => void (await service.destroy())),
    async close() {
      await service.destroy();
    },
  };
}

/** Tells of each drop once a transaction. What came back is seen by comparison with the row as it was last heard of. */
function seeChanges(onChange: OnStockChanged) {
  const availableOf = new Map<string, number>();
  const changed = new Map<string, boolean>();
  return (message: Pgoutput.Message) => {
    if (message.tag === 'commit') {
      for (const [drop, cameBack] of changed) onChange({ drop, cameBack });
      changed.clear();
    }
    if (message.tag !== 'insert' && message.tag !== 'update') return;
    const { drop_id: drop, sku, part, available } = message.new;
    let cameBack = message.relation.name === 'drops';
    if (message.relation.name === 'stock') {
      const row = `${drop} ${sku} ${part}`;
      cameBack = available > (availableOf.get(row) ?? 0);
      availableOf.set(row, available);
    }
    changed.set(drop, cameBack || changed.get(drop) === true);
  };
}
