/**
 * Hears of every change of stock as it commits, whichever instance made it, for as long as the process lives. Whoever
 * uses it must do without it too: a change may be missed while the connection is down, so someone looks again later.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { openNotifications } from './stock-notifications.ts';
import { isReplicationRefused, openReplication } from './stock-replication.ts';

/** A change of a drop's stock, prices or name. */
export interface StockChanged {
  drop: string;
  /** Something is for sale again that was not. */
  cameBack: boolean;
}

export type OnStockChanged = (change: StockChanged) => void;

/** One connection that hears of changes. */
export interface FeedConnection {
  /** Resolves when it has ended, for whatever reason. */
  ended: Promise<void>;
  close(): Promise<void>;
}

export type FeedSource = 'notify' | 'logical';

export interface StockFeedOptions {
  url: string;
  /** `logical` needs `wal_level = logical` and a role that may replicate; without them it is `notify`. */
  source: FeedSource;
  onChange: OnStockChanged;
  /** Told when it hears again after a silence (and at first), and from where. */
  onUp?: (source: FeedSource) => void;
  /** Told what went wrong; it goes on trying. */
  onError: (error: unknown) => void;
}

export interface StockFeed {
  close(): Promise<void>;
}

const retryMsMin = 100;
/** The picture is looked at again each second anyway: a slower return would not be noticed. */
const retryMsMax = 2000;

export function openStockFeed({ url, source, onChange, onUp, onError }: StockFeedOptions): StockFeed {
  const closing = new AbortController();
  let connection: FeedConnection | undefined;

  async function connect(): Promise<[FeedConnection, FeedSource]> {
    if (source === 'logical') {
      try {
        return [await openReplication(url, onChange), 'logical'];
      } catch (error) {
        if (!isReplicationRefused(error)) throw error;
        onError(error);
      }
    }
    return [await openNotifications(url, onChange), 'notify'];
  }

  async function listen(): Promise<void> {
    let pauseMs = retryMsMin;
    while (!closing.signal.aborted) {
      try {
        const [opened, from] = await connect();
        connection = opened;
        if (closing.signal.aborted) await opened.close();
        else onUp?.(from);
        pauseMs = retryMsMin;
        await opened.ended;
      } catch (error) {
        onError(error);
      }
      await delay(pauseMs, undefined, { signal: closing.signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, retryMsMax);
    }
  }

  const listening = listen();
  return {
    async close() {
      closing.abort();
      await connection?.close();
      await listening;
    },
  };
}
