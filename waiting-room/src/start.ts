/** One running instance: connection, queue, the two listeners; and their end, in the reverse order. */
import { hostname } from 'node:os';
import { connectRedis, createInternalApp, createMailProvider, createMetrics } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import { healingKeyOf } from './admission/ticket-keys.ts';
import { buildApp } from './app.ts';
import { createPushNotices } from './clients/push-notices.ts';
import { type Config, readConfig } from './config.ts';
import { countNotices, startNotifier } from './plugins/notifier.ts';
import { COMMAND_TIMEOUT_MS } from './queue/commands.ts';
import { createQueue } from './queue/create-queue.ts';

export interface RunningRoom {
  readonly url: string;
  readonly internalUrl: string;
  close(): Promise<void>;
}

/** @throws ConfigError, or when Redis may evict keys: a room never starts on a store that forgets places (Q5). */
export async function startRoom(log: FastifyBaseLogger, config: Config = readConfig()): Promise<RunningRoom> {
  const instance = config.INSTANCE_ID ?? `${hostname()}:${process.pid}`;
  const metrics = createMetrics({ service: 'waiting-room', instance });
  const redis = connectRedis({
    url: config.REDIS_URL,
    name: 'waiting-room',
    log,
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
  });
  const queue = createQueue({
    redis,
    redisUrl: config.REDIS_URL,
    log,
    metrics,
    instanceId: instance,
    healing: config.HEALING_DIR
      ? { folder: config.HEALING_DIR, key: healingKeyOf(config.ticketSecrets[0].secret) }
      : undefined,
  });
  await queue.start();
  const app = await buildApp({ config, queue, redis, log, metrics });
  const notifier = startNotifier({
    queue,
    providers: [
      ...(config.SMTP_URL ? [createMailProvider({ url: config.SMTP_URL, from: config.MAIL_FROM })] : []),
      ...(config.vapidKeys ? [createPushNotices(config.vapidKeys, config.pushOrigins)] : []),
    ],
    origin: config.publicUrl.origin,
    log,
    count: countNotices(metrics),
  });
  const internal = createInternalApp({ logger: log, metrics, describes: app });

  const url = await app.listen({ host: config.HOST, port: config.PORT });
  const internalUrl = await internal.listen({ host: config.HOST, port: config.INTERNAL_PORT });
  log.info({ url, internalUrl }, 'listening');
  return {
    url,
    internalUrl,
    async close() {
      await app.close();
      await notifier.close();
      await queue.close();
      await internal.close();
      await redis.quit().catch(() => redis.disconnect());
    },
  };
}
