/** Messages of payment providers: written down once each, together with the job that works them off. */
import { type Database, query } from './statements.ts';

export interface ReceivedEvent {
  id: string;
  type: string;
  key?: string;
  chargeId?: string;
}

export interface ProviderEventStore {
  /** Durable when it resolves. False: it was here before. */
  receive(provider: string, event: ReceivedEvent, body: Buffer): Promise<boolean>;
  /** Undefined: worked off already. */
  find(provider: string, id: string): Promise<{ key: string | null; chargeId: string | null } | undefined>;
  finish(provider: string, id: string): Promise<void>;
}

export function createProviderEventStore(database: Database): ProviderEventStore {
  return {
    async receive(provider, { id, type, key, chargeId }, body) {
      const values = [provider, id, type, key ?? null, chargeId ?? null, body];
      return (await query(database, 'receive-provider-event', values)).length === 1;
    },
    async find(provider, id) {
      type Row = { key: string | null; chargeId: string | null };
      const [row] = await query<Row>(database, 'find-provider-event', [provider, id]);
      return row;
    },
    async finish(provider, id) {
      await query(database, 'finish-provider-event', [provider, id]);
    },
  };
}
