/** For tests: real stores, isolated by name, and waiting without sleeping. */
export { type DumpedSchemas, dumpSchema } from './dump-schema.ts';
export { holding, type Locking, untilWaiting, whileLocked } from './locks.ts';
export { isLong, times } from './long.ts';
export { type MailServer, startMailServer } from './mail-server.ts';
export { type Descriptions, readDescriptions } from './read-descriptions.ts';
export { type ClusterNode, startRedisCluster, type TestCluster } from './redis-cluster.ts';
export { type CutAt, type Relay, startRelay } from './relay.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { createTestRedis } from './test-redis.ts';
export { waitUntil } from './wait-until.ts';
