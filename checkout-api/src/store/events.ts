/** Events on their way to others: who wants them, and how far each delivery is. */
import type { EventType } from '../domain/events.ts';
import type { SecretVault } from './secret-vault.ts';
import { type Database, query } from './statements.ts';
import { uuidv7 } from './uuid.ts';

export interface EventTarget {
  id: string;
  kind: 'webhook' | 'outbox';
  url: string;
  types: EventType[];
  /** Null: every drop. */
  drops: string[] | null;
  enabled: boolean;
  disabledReason: string | null;
  /** In a row. */
  failures: number;
  pausedUntil: Date | null;
  /** Deliveries that have had their last try. */
  dead: number;
  createdAt: Date;
}

export interface Delivery {
  eventId: string;
  type: EventType;
  drop: string;
  at: Date;
  status: 'pending' | 'delivered' | 'dead';
  tries: number;
  lastError: string | null;
  lastTriedAt: Date | null;
}

/** A delivery in hand. */
export interface BegunDelivery {
  kind: EventTarget['kind'];
  url: string;
  /** Signing secrets; the first is the one in force. @throws Error when they can't be opened */
  openSecrets(): string[];
  type: EventType;
  drop: string;
  subject: string;
  data: Record<string, unknown>;
  at: Date;
  /** Failed so far. */
  tries: number;
}

export type DeliveryResult =
  | { error: null }
  /** `againSeconds` null: that was the last try. `gone`: the target wants nothing any more. */
  | { error: string; againSeconds: number | null; gone: boolean };

/** As they were kept before they were sealed. */
const isInClear = (kept: string) => kept.startsWith('whsec_');

export interface EventStore {
  /** Whether webhooks can be made here: there are keys to seal their secrets with. */
  readonly canSeal: boolean;
  createWebhook(webhook: {
    url: string;
    types: EventType[];
    drops: string[] | null;
    secret: string;
  }): Promise<string>;
  changeWebhook(
    id: string,
    change: { url?: string; types?: EventType[]; enabled?: boolean },
  ): Promise<boolean>;
  rotateSecret(id: string, secret: string): Promise<boolean>;
  /** Seals under the first key what is kept in clear or under another one. Answers of how many webhooks. */
  resealSecrets(): Promise<number>;
  deleteWebhook(id: string): Promise<boolean>;
  list(): Promise<EventTarget[]>;
  find(id: string): Promise<EventTarget | undefined>;
  /** The installation's own event bus; undefined: there is none. */
  putOutbox(url: string | undefined, types: readonly EventType[]): Promise<void>;
  listDeliveries(target: string, status: Delivery['status'], limit: number): Promise<Delivery[]>;
  /** Dead deliveries once more: all of the target, or those of these events. Answers how many. */
  replay(target: string, events: string[] | undefined): Promise<number>;
  /** Undefined: nothing to do now. While a target fails, `probeSeconds` belong to one delivery alone. */
  begin(event: string, target: string, probeSeconds: number): Promise<BegunDelivery | undefined>;
  finish(event: string, target: string, result: DeliveryResult): Promise<void>;
  /** Tells of stock that has changed, at most once in `everySeconds` a SKU. Answers of how many. */
  emitStock(everySeconds: number): Promise<number>;
  /** Forgets what is older. */
  purge(days: number): Promise<void>;
}

/** @param vault seals the secrets of webhooks; without one none can be made, and none that is sealed can be used */
export function createEventStore(database: Database, vault: SecretVault | undefined): EventStore {
  const sealing = () => {
    if (vault === undefined) throw new Error('there are no keys to seal secrets with');
    return vault;
  };
  const one = async (name: string, values: unknown[]) => (await query(database, name, values)).length === 1;
  const list = (id: string | null) =>
    query<EventTarget & Record<string, unknown>>(database, 'list-webhooks', [id]);

  return {
    canSeal: vault !== undefined,
    async createWebhook({ url, types, drops, secret }) {
      const id = uuidv7();
      await query(database, 'create-webhook', [id, url, types, drops, sealing().seal(id, secret)]);
      return id;
    },
    changeWebhook: (id, { url, types, enabled }) =>
      one('change-webhook', [id, url ?? null, types ?? null, enabled ?? null]),
    rotateSecret: (id, secret) => one('rotate-webhook-secret', [id, sealing().seal(id, secret)]),
    async resealSecrets() {
      if (vault === undefined) return 0;
      const anew = (id: string, kept: string) =>
        vault.isDue(kept) ? vault.seal(id, isInClear(kept) ? kept : vault.open(id, kept)) : kept;
      let sealed = 0;
      type Kept = { id: string; secret: string; previousSecret: string | null };
      for (const { id, secret, previousSecret } of await query<Kept>(database, 'list-webhook-secrets', [])) {
        const next = [anew(id, secret), previousSecret && anew(id, previousSecret)];
        if (next[0] === secret && next[1] === previousSecret) continue;
        if (await one('reseal-webhook-secrets', [id, secret, previousSecret, ...next])) sealed++;
      }
      return sealed;
    },
    deleteWebhook: (id) => one('delete-webhook', [id]),
    list: () => list(null),
    find: async (id) => (await list(id))[0],
    async putOutbox(url, types) {
      await query(database, 'put-outbox', [url ?? null, types]);
    },
    listDeliveries(target, status, limit) {
      return query<Delivery & Record<string, unknown>>(database, 'list-deliveries', [target, status, limit]);
    },
    async replay(target, events) {
      const [row] = await query<{ replayed: number }>(database, 'replay-deliveries', [
        target,
        events ?? null,
      ]);
      return row?.replayed ?? 0;
    },
    async begin(event, target, probeSeconds) {
      type Row = Omit<BegunDelivery, 'openSecrets'> & { secrets: string[]; pausedUntil: Date | null };
      const [row] = await query<Row>(database, 'begin-delivery', [event, target, probeSeconds]);
      if (row === undefined || row.pausedUntil !== null) return undefined;
      return { ...row, openSecrets: () => row.secrets.map((kept) => sealing().open(target, kept)) };
    },
    async finish(event, target, result) {
      const { error } = result;
      const rest = error === null ? [null, false] : [result.againSeconds, result.gone];
      await query(database, 'finish-delivery', [event, target, error, ...rest]);
    },
    async emitStock(everySeconds) {
      const [row] = await query<{ told: number }>(database, 'emit-stock-events', [everySeconds]);
      return row?.told ?? 0;
    },
    async purge(days) {
      await query(database, 'purge-events', [days]);
    },
  };
}
