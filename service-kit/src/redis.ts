/** A Redis client that fails fast: bounded commands, no queue while disconnected, nothing sent twice. One server, or a Cluster. */

import type { FastifyBaseLogger } from 'fastify';
import { Cluster, Redis } from 'ioredis';
import { Type } from 'typebox';
import { forgiveStandstills } from './forgive-standstills.ts';

forgiveStandstills();

export interface RedisOptions {
  /** One address, or a comma list of some nodes of a Cluster. */
  readonly url: string;
  /** Shown in CLIENT LIST. */
  readonly name: string;
  /** Default 500; the time in which this process stood still is not counted. */
  readonly commandTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 2000;
const RECONNECT_MS_MAX = 1000;
/** What a Cluster looks like is read so often: a replica that has taken over is known within a second. */
const SLOTS_REFRESH_MS = 1000;
/** A slot that is on its way to another primary is asked again so soon. */
const TRY_AGAIN_MS = 50;

const retryMs = (attempt: number) => Math.min(RECONNECT_MS_MAX, attempt * 50) * (0.75 + Math.random() / 2);

/**
 * Reconnects for ever; meanwhile every command fails at once (503 for callers). A Cluster comes as a `Redis`, too: a command goes
 * to the primary of its first key. What has no key, or keys of several slots (a pipeline, a transaction), is up to {@link primariesOf}.
 */
export function connectRedis({ log, ...options }: RedisOptions & { readonly log: FastifyBaseLogger }): Redis {
  const redis = openRedis(options);
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

/** {@link connectRedis} without a word about it; whoever calls listens to `error`. */
export function openRedis({ url, name, commandTimeoutMs = 500 }: RedisOptions): Redis {
  const perServer = {
    connectionName: name,
    commandTimeout: commandTimeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  };
  if (!url.includes(','))
    return new Redis(url, { ...perServer, enableOfflineQueue: false, retryStrategy: retryMs });
  const nodes = nodesOf(url);
  const { protocol, username, password } = nodes[0] as URL;
  const cluster = new Cluster(
    nodes.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 6379),
    })),
    {
      enableOfflineQueue: false,
      clusterRetryStrategy: retryMs,
      // A command that may have been carried out is not sent again; one that was redirected has not been.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      retryDelayOnTryAgain: TRY_AGAIN_MS,
      slotsRefreshInterval: SLOTS_REFRESH_MS,
      slotsRefreshTimeout: SLOTS_REFRESH_MS,
      redisOptions: {
        ...perServer,
        ...(username && { username: decodeURIComponent(username) }),
        ...(password && { password: decodeURIComponent(password) }),
        ...(protocol === 'rediss:' && { tls: {} }),
      },
    },
  );
  return warm(cluster) as unknown as Redis;
}

/** A second connection to the same place, for commands that must not wait for others, or others for them. */
export function anotherConnection(redis: Redis): Redis {
  const cluster = asCluster(redis);
  return cluster ? (warm(cluster.duplicate()) as unknown as Redis) : redis.duplicate();
}

/** The servers that hold data: for what is asked of a server and not of a key. None while a Cluster is not reached yet. */
export function primariesOf(redis: Redis): readonly Redis[] {
  return asCluster(redis)?.nodes('master') ?? [redis];
}

/** The time of the server that has the key, µs. TIME itself has none, so that a Cluster is asked by a script. */
export async function timeOf(redis: Redis, key: string): Promise<number> {
  const time = asCluster(redis) ? await redis.eval("return redis.call('TIME')", 1, key) : await redis.time();
  const [seconds, micros] = time as [string, string];
  return Number(seconds) * 1_000_000 + Number(micros);
}

function asCluster(redis: unknown): Cluster | undefined {
  return redis instanceof Cluster ? redis : undefined;
}

/** Connects to each node as soon as it is known: a replica that takes over must not be met for the first time then. */
function warm(cluster: Cluster): Cluster {
  cluster.on('+node', (node: Redis) => {
    if (node.status === 'wait') node.connect().catch(() => {});
  });
  return cluster;
}

/** @throws TypeError when one of them is no address */
function nodesOf(url: string): URL[] {
  return url.split(',').map((node) => new URL(node.trim()));
}

/** The variable that names it, for the schema of a service's environment. */
export const REDIS_URL = Type.String({
  pattern: '^rediss?://',
  description: 'redis:// or rediss:// address; a comma list of some nodes of a Cluster',
  check: urlFault,
});

function urlFault(url: string): string | undefined {
  let nodes: URL[];
  try {
    nodes = nodesOf(url);
  } catch {
    return 'must be an address, or a comma list of addresses of one Cluster';
  }
  if (nodes.some(({ protocol }) => protocol !== nodes[0]?.protocol))
    return 'must not mix redis:// and rediss:// in the addresses of one Cluster';
  if (nodes.length > 1 && nodes.some(({ pathname }) => !['', '/', '/0'].includes(pathname)))
    return 'must not name a database: a Cluster has none but 0';
  return undefined;
}
