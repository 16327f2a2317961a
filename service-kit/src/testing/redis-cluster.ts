/** A Redis Cluster of a test's own: three primaries with a replica each, to be moved about, killed and frozen. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { waitUntil } from './wait-until.ts';

const PRIMARIES = 3;
const SLOTS = 16_384;
/** How long a node is silent before the others take it for dead: while they get to know each other, */
const FORMING_TIMEOUT_MS = 3000;
/** and then, when it is the test that says who is dead. A machine that stands still for some seconds must not. */
const NODE_TIMEOUT_MS = 120_000;

export interface ClusterNode {
  readonly port: number;
  readonly id: string;
  /** Straight to this server. */
  readonly client: Redis;
  kill(): Promise<void>;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

export interface TestCluster {
  /** As REDIS_URL takes it. */
  readonly url: string;
  readonly primaries: readonly ClusterNode[];
  /** In the order of their primaries. */
  readonly replicas: readonly ClusterNode[];
  slotOf(key: string): Promise<number>;
  /** The one that holds the key at the beginning: slots are dealt in three stretches. */
  homeOf(key: string): Promise<ClusterNode>;
  /** Moves a slot with all its keys, as `redis-cli --cluster reshard` does. */
  moveSlot(slot: number, from: ClusterNode, to: ClusterNode): Promise<void>;
  /** Has the replica take over, as the vote of the others would; resolves when it has. */
  takeOver(replica: ClusterNode): Promise<void>;
  remove(): Promise<void>;
}

export async function startRedisCluster(): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-cluster-'));
  const nodes: StartedNode[] = [];
  const remove = async () => {
    await Promise.all(nodes.map((node) => node.end()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ports = await freePorts(4 * PRIMARIES);
    for (let at = 0; at < 2 * PRIMARIES; at++)
      nodes.push(startNode(join(folder, String(at)), ports[2 * at] as number, ports[2 * at + 1] as number));
    await Promise.all(nodes.map(isUp));
    const ready = await Promise.all(nodes.map(withId));
    const primaries = ready.slice(0, PRIMARIES);
    const replicas = ready.slice(PRIMARIES);
    await form(primaries, replicas);
    const slotOf = async (key: string) =>
      Number(await (primaries[0] as ClusterNode).client.cluster('KEYSLOT', key));
    return {
      url: primaries.map(({ port }) => `redis://127.0.0.1:${port}`).join(','),
      primaries,
      replicas,
      slotOf,
      async homeOf(key) {
        return primaries[Math.floor((await slotOf(key)) / (SLOTS / PRIMARIES))] as ClusterNode;
      },
      async moveSlot(slot, from, to) {
        await to.client.cluster('SETSLOT', slot, 'IMPORTING', from.id);
        await from.client.cluster('SETSLOT', slot, 'MIGRATING', to.id);
        for (;;) {
          const keys = await from.client.cluster('GETKEYSINSLOT', slot, 100);
          if (keys.length === 0) break;
          await from.client.call('MIGRATE', '127.0.0.1', to.port, '', 0, 10_000, 'KEYS', ...keys);
        }
        // The receiver first: if the giver forgot the slot before, nobody would have it.
        for (const node of [to, from, ...primaries])
          await node.client.cluster('SETSLOT', slot, 'NODE', to.id).catch(() => {});
      },
      async takeOver(replica) {
        await replica.client.cluster('FAILOVER', 'TAKEOVER');
        await waitUntil(async () => /^role:master/m.test(await replica.client.info('replication')), {
          timeoutMs: 60_000,
          what: 'the replica taking over',
        });
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

interface StartedNode extends Omit<ClusterNode, 'id'> {
  readonly busPort: number;
  end(): Promise<void>;
}

function startNode(dir: string, port: number, busPort: number): StartedNode {
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: mkdtempSync(`${dir}-`),
    save: '',
    // Nobody who was killed comes back: what a disk does must not hold anybody up.
    appendonly: 'no',
    'cluster-enabled': 'yes',
    'cluster-port': busPort,
    'cluster-config-file': 'nodes.conf',
    'cluster-node-timeout': FORMING_TIMEOUT_MS,
    'cluster-replica-no-failover': 'yes',
    // The drops of the other primaries go on without it.
    'cluster-require-full-coverage': 'no',
    'cluster-allow-replica-migration': 'no',
    'repl-diskless-sync-delay': 0,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child: ChildProcess = spawn('redis-server', args, { stdio: 'ignore' });
  const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 2, commandTimeout: 10_000 });
  client.on('error', () => {});
  const kill = async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return {
    port,
    busPort,
    client,
    kill,
    signal: (name) => void child.kill(name),
    async end() {
      client.disconnect();
      child.kill('SIGCONT');
      await kill();
    },
  };
}

const isUp = ({ client }: StartedNode) => waitUntil(async () => (await client.ping()) === 'PONG');

async function withId(node: StartedNode): Promise<StartedNode & ClusterNode> {
  return Object.assign(node, { id: String(await node.client.cluster('MYID')) });
}

async function form(
  primaries: readonly (StartedNode & ClusterNode)[],
  replicas: readonly (StartedNode & ClusterNode)[],
): Promise<void> {
  const all = [...primaries, ...replicas];
  const [first] = all as [StartedNode & ClusterNode];
  for (const [at, { client }] of primaries.entries()) {
    const from = Math.ceil((at * SLOTS) / PRIMARIES);
    const to = Math.ceil(((at + 1) * SLOTS) / PRIMARIES) - 1;
    await client.cluster('ADDSLOTSRANGE', from, to);
  }
  for (const [at, { client }] of all.entries()) await client.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1);
  for (const { port, busPort } of all.slice(1))
    await first.client.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
  const knows = async ({ client }: ClusterNode) =>
    new RegExp(`cluster_known_nodes:${all.length}\\b`).test(await client.cluster('INFO'));
  for (const node of all) await waitUntil(() => knows(node));
  for (const [at, { client }] of replicas.entries())
    await waitUntil(
      async () => (await client.cluster('REPLICATE', (primaries[at] as ClusterNode).id)) === 'OK',
    );
  for (const { client } of replicas)
    await waitUntil(async () => /master_link_status:up/.test(await client.info('replication')));
  for (const { client } of all)
    await waitUntil(async () => /cluster_state:ok/.test(await client.cluster('INFO')));
  for (const { client } of all)
    await waitUntil(
      async () =>
        String(await client.cluster('NODES'))
          .split('\n')
          .filter((line) => / (?:myself,)?slave[, ]/.test(line)).length === PRIMARIES,
    );
  for (const { client } of all) await client.config('SET', 'cluster-node-timeout', NODE_TIMEOUT_MS);
}

/** Ports that are free together. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
