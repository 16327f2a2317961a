/**
 * An opening in an open model: 50,000 come over 1,500 connections, most of them in the first seconds, and go on trying as they are told;
 * meanwhile 20,000 who were in the lobby ask for their place. Every acknowledged ticket is then looked up in Redis.
 */
import { join as joinFile } from 'node:path';
import { createDrop, waitForPhase } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { requestText, saveRequests } from '../client/requests.ts';
import { processCpuMs, redisCpuMs } from '../cpu.ts';
import { fillDrop } from '../filled-drops.ts';
import { messageFrom, startNode } from '../helpers.ts';
import type { CrowdAnswer, CrowdOrder, CrowdResult } from '../opening/orders.ts';
import { saveJoins, shopperHeaders } from '../shoppers.ts';
import { rounded } from '../statistics.ts';
import { demandAllWaiting, demandOwnOrders } from '../waiting-tickets.ts';

const DROP = 'bench-opening';

interface Size {
  readonly joins: number;
  readonly lobby: number;
  readonly joinConnections: number;
  readonly placeConnections: number;
  /** Until the opening: the lobby must be full by then. */
  readonly opensInSeconds: number;
  /** Mean of the times after the opening at which they come: two thirds within it. */
  readonly meanMs: number;
  readonly lastsMs: number;
}
const FULL: Size = {
  ...{ joins: 50_000, lobby: 20_000, joinConnections: 1_500, placeConnections: 500 },
  ...{ opensInSeconds: 20, meanMs: 6_000, lastsMs: 65_000 },
};
const SHORT: Size = {
  ...{ joins: 300, lobby: 200, joinConnections: 50, placeConnections: 20 },
  ...{ opensInSeconds: 5, meanMs: 300, lastsMs: 8_000 },
};
/** As the waiting page spreads those who were in the lobby. */
const PLACE_SPREAD_MS = 3_000;
/** Not right at the opening: sockets are standing and crowds have been told by then. */
const READY_BEFORE_MS = 500;

export const opening: Bench = {
  name: 'opening',
  summary: '50,000 join in an open model while 20,000 from the lobby ask for their place',
  services: { rooms: 2 },
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, redis, folder, isShort, note } = context;
  const size = isShort ? SHORT : FULL;
  const opensAtMs = Date.now() + size.opensInSeconds * 1000;
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(opensAtMs),
    // Nobody comes forward here: windows longer than the bench keep the acknowledged tickets where they are counted.
    admission: {
      ...{ lobby: 'draw', lobbySeconds: size.opensInSeconds + 60 },
      ...{ ratePerMinute: 300, callWindowSeconds: 3600, graceSeconds: 3600 },
    },
    products: [{ sku: 'unit', stock: 1_000 }],
  });
  for (const { url } of stack.rooms) await waitForPhase(url, DROP, ['lobby']);
  const tickets = await fillDrop(context, DROP, { count: size.lobby, tickets: size.lobby });
  const placesFile = joinFile(folder, 'places.json');
  const { host } = new URL(stack.rooms[0]?.url ?? '');
  saveRequests(
    placesFile,
    tickets.map((ticket, n) => {
      const headers = { ...shopperHeaders(n), authorization: `Ticket ${ticket}` };
      return requestText({ method: 'GET', path: `/v1/drops/${DROP}/ticket`, host, headers });
    }),
  );

  const acknowledgedFile = joinFile(folder, 'acknowledged');
  const ports = stack.rooms.map(({ url }) => Number(new URL(url).port));
  const shared = { ports, opensAtMs, endsAtMs: opensAtMs + size.lastsMs };
  const [joiners, askers] = await Promise.all([
    gatherCrowd({
      ...{ ...shared, wants: 'join', shoppers: size.joins, connections: size.joinConnections },
      ...{ requestsFile: saveJoins(context, DROP), collectFile: acknowledgedFile },
      comeWithin: { meanMs: size.meanMs },
    }),
    gatherCrowd({
      ...{ ...shared, wants: 'place', shoppers: size.lobby, connections: size.placeConnections },
      ...{ requestsFile: placesFile, comeWithin: { spreadMs: PLACE_SPREAD_MS } },
    }),
  ]);
  const aheadMs = opensAtMs - Date.now();
  if (aheadMs < READY_BEFORE_MS)
    throw new Error(`everybody stood ${Math.round(aheadMs)} ms before the opening: too late`);
  note(`everybody stands ${(aheadMs / 1000).toFixed(1)} s before the opening`);
  const cpuMs = () => stack.rooms.reduce((sum, { pid }) => sum + (processCpuMs(pid) ?? Number.NaN), 0);
  const before = { room: cpuMs(), redis: await redisCpuMs(redis) };
  const [joined, placed] = await Promise.all([joiners(), askers()]);
  const used = { room: cpuMs() - before.room, redis: (await redisCpuMs(redis)) - before.redis };

  if (joined.served !== joined.shoppers) note(`${joined.shoppers - joined.served} were never acknowledged`);
  const expected = { acknowledged: joined.served, others: size.lobby };
  await demandAllWaiting(redis, DROP, acknowledgedFile, expected);
  await demandOwnOrders(redis, DROP, joined.served);
  const requests = [joined, placed].flatMap(({ statuses }) => Object.values(statuses));
  return {
    ratio: null,
    value: joined.p99Ms,
    baseline: null,
    unit: 'ms from coming until acknowledged, p99, retries included',
    cpuRatio: null,
    storeCpuUs: rounded((used.redis * 1000) / requests.reduce((sum, count) => sum + count, 0)),
    acknowledgedShare: joined.served / joined.shoppers,
    firstTryShare: rounded(joined.servedAtFirst / joined.shoppers),
    lastAcknowledgedSeconds: rounded(joined.lastServedMs / 1000),
    placedShare: rounded(placed.served / placed.shoppers),
    lastPlaceSeconds: rounded(placed.lastServedMs / 1000),
    connections: size.joinConnections + size.placeConnections,
    joined,
    placed,
    roomCpuSeconds: rounded(used.room / 1000),
    bars: { acknowledgedShare: 1, firstTryShare: 0.8, placedShare: 1 },
    limits: { lastAcknowledgedSeconds: 60 },
  };
}

/** Starts a crowd. @returns, when all its connections stand, a function that waits for its end */
async function gatherCrowd(order: CrowdOrder): Promise<() => Promise<CrowdResult>> {
  const { child } = await startNode('bench-crowd', './opening/main.ts');
  const next = async (): Promise<CrowdResult | null> => {
    const answer = (await messageFrom(child)) as CrowdAnswer;
    if (!answer.ok) throw new Error(answer.message);
    return answer.result;
  };
  child.send(order);
  await next();
  const over = next();
  over.catch(() => {}); // told to whoever waits for it
  return async () => (await over) as CrowdResult;
}
