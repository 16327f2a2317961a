/** The live stock picture of one instance: hears of changes, keeps Redis fresh, and wakes the memory of what is sold out. */
import type { FastifyBaseLogger } from 'fastify';
import type { Redis } from 'ioredis';
import { createPictureKeeper, type PictureKeeper } from '../snapshots/keep-pictures.ts';
import { createPicturePublisher } from '../snapshots/publish-stock.ts';
import type { ReservationStore } from '../store/reservations.ts';
import type { StockStore } from '../store/stock.ts';
import { type FeedSource, openStockFeed } from '../store/stock-feed.ts';
import type { CheckoutMetrics } from './metrics.ts';

export interface LiveStockOptions {
  redis: Redis;
  databaseUrl: string;
  source: FeedSource;
  stock: Pick<StockStore, 'picture'>;
  reservations: Pick<ReservationStore, 'stockCameBack'>;
  metrics: CheckoutMetrics;
  log: FastifyBaseLogger;
}

export interface LiveStock {
  pictures: PictureKeeper;
  close(): Promise<void>;
}

export function startLiveStock(options: LiveStockOptions): LiveStock {
  const { redis, databaseUrl, source, stock, reservations, metrics, log } = options;
  const publisher = createPicturePublisher(redis, (err) => {
    metrics.reportFailures.inc({ to: 'redis' });
    log.warn({ err }, 'the stock picture was not written');
  });
  const pictures = createPictureKeeper({
    read: stock.picture,
    publisher,
    onError: (err, drop) => log.warn({ err, drop }, 'the stock picture was not read; it will be in a second'),
  });
  const feed = openStockFeed({
    url: databaseUrl,
    source,
    onChange({ drop, cameBack }) {
      if (cameBack) reservations.stockCameBack(drop);
      pictures.changed(drop);
    },
    onUp: (from) => log.info({ source: from }, 'changes of stock are heard of'),
    onError: (err) => log.warn({ err }, 'changes of stock are not heard of; pictures are a second old'),
  });
  return {
    pictures,
    async close() {
      await feed.close();
      pictures.close();
    },
  };
}
