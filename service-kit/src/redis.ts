/** A Redis client that fails fast: bounded commands, no queue while disconnected, nothing sent twice. */

import type { FastifyBaseLogger } from 'fastify';
import { Redis } from 'ioredis';

export interface RedisOptions {
  readonly url: string;
  /** Shown in CLIENT LIST. */
  readonly name: string;
  readonly log: FastifyBaseLogger;
  /** Default 500. */
  readonly commandTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 2000;
const RECONNECT_MS_MAX = 1000;

/** Reconnects for ever; meanwhile every command fails at once (503 for callers). */
export function connectRedis({ url, name, log, commandTimeoutMs = 500 }: RedisOptions): Redis {
  const redis = new Redis(url, {
    connectionName: name,
    commandTimeout: commandTimeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(RECONNECT_MS_MAX, attempt * 50) * (0.75 + Math.random() / 2),
  });
  let reported = '';
  redis.on('error', (error: Error) => {
    // One line for an outage, not one for each attempt.
    if (error.message !== reported) log.warn({ err: error }, 'Redis cannot be reached');
    reported = error.message;
  });
  redis.on('ready', () => {
    if (reported) log.info('Redis answers again');
    reported = '';
  });
  return redis;
}
