/**
 * One whole drop against running services: plans it, sends the crowd and the attackers, waits until nothing can happen
 * any more, and puts together what the judge needs.
 */
import type { PlayArguments } from './arguments.ts';
import { beginChaos, type ChaosRecord, type Lane } from './chaos/chaos.ts';
import type { GatedEntry } from './gates/open-gates.ts';
import { type Evidence, judge, type Verdict } from './judge/verdict.ts';
import { addressOf, dealCast } from './people/character.ts';
import type { Ending } from './people/ending.ts';
import { createManners } from './people/manners.ts';
import { live } from './people/shopper.ts';
import { walkIn } from './people/walk-in.ts';
import { createMemory, type World } from './people/world.ts';
import { createRaid } from './raid/raid.ts';
import { createRandom } from './random.ts';
import { createControlPlane } from './stage/control-plane.ts';
import { findSecrets } from './stage/find-secrets.ts';
import { enterOtherDrop } from './stage/other-shopper.ts';
import { PER_SHOPPER_LIMIT, planDrops } from './stage/plan.ts';
import { openBooks } from './stage/read-books.ts';
import { readQueue } from './stage/read-queue.ts';
import { readRoomKey } from './stage/room-key.ts';
import { watchStock } from './stage/watch-stock.ts';
import { askPatiently, pause } from './web/patience.ts';
import { createSite, loopback, type Site } from './web/site.ts';

/** What of a stack of services the play uses. */
export interface Stage {
  readonly rooms: readonly { readonly url: string }[];
  readonly checkouts: readonly { readonly url: string }[];
  readonly admin: { readonly url: string } | undefined;
  readonly operatorKey: string;
  readonly serviceToken: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly keysDir: string;
  readonly logDir: string;
}

/** Where a drop stands, for whoever watches. */
export interface Progress {
  readonly phase: 'lobby' | 'open' | 'settling' | 'judging';
  /** 0 to 1, of the units that are sold or held. */
  readonly share: number;
  readonly text: string;
}

export interface PlayedDrop {
  readonly verdict: Verdict;
  /** How many shoppers' ways ended how. */
  readonly endings: Readonly<Record<string, number>>;
  readonly requests: number;
  /** What was done to the processes meanwhile; empty without chaos. */
  readonly blows: ChaosRecord['blows'];
}

export interface Trials {
  readonly chaos?: readonly Lane[] | undefined;
  readonly openGates?: ((drop: string) => Promise<GatedEntry>) | undefined;
}

/** Gates are on their own only when the drop is well on its way, and attackers are done with those they have met. */
const ORDERS_BEFORE_OUTAGE = 3;

/** Nobody is inside, nothing is left: so long it must stay like that before everybody is sent home. */
const QUIET_MS = 1500;
/** Nothing has changed for so long: longer than a payment whose answer never comes, which is settled after some 15 s. */
const STILL_MS = 25_000;
/** With chaos such a payment may have to begin anew, and a room to heal. */
const STILL_MS_CHAOS = 60_000;
/** Everybody could go home, but not everything has been harmed yet: so long it may take. */
const HARMING_MS_MAX = 120_000;
const SETTLING_MS = 90_000;
const KNOWN_MS = 60_000;

/**
 * @param trials what is harmed while it runs, lane by lane; and gates in front of it, with an outage of the room
 * @throws Error when the services can't even be set up for it
 */
export async function playDrop(
  args: PlayArguments,
  stage: Stage,
  durabilityFaults: readonly string[],
  show: (progress: Progress) => void,
  trials: Trials = {},
): Promise<PlayedDrop> {
  const { chaos = [], openGates } = trials;
  const room = createSite(stage.rooms.map(({ url }) => loopback(url)));
  const checkout = createSite(stage.checkouts.map(({ url }) => loopback(url)));
  const plane = createControlPlane(stage);
  const plan = planDrops(args, Date.now());
  const drop = plan.drop.id;
  const commit = await plane.createDrop(plan.drop);
  await plane.createDrop(plan.other);

  const ending = new AbortController();
  const over = ending.signal;
  await untilKnown(room, drop, over);
  const memory = createMemory();
  const raid = createRaid({
    room,
    checkout,
    drop,
    sku: plan.skus[0] as string,
    roomKey: readRoomKey(stage.keysDir),
    foreign: enterOtherDrop({
      room,
      checkout,
      drop: plan.other.id,
      memory,
      random: createRandom('other', args.seed),
      over,
    }),
    random: createRandom('raid', args.seed),
    over,
  });
  for (const text of [...raid.addresses, stage.operatorKey, stage.serviceToken]) memory.secrets.add(text);

  const world: World = {
    room,
    checkout,
    drop,
    skus: plan.skus,
    perShopperLimit: PER_SHOPPER_LIMIT,
    over,
    memory,
    nextManner: createManners(args.seed),
    pace: 1,
    meeting: raid.meeting,
  };
  const gated = await openGates?.(drop);
  const cast = dealCast({
    shoppers: args.shoppers + (gated?.walkIns ?? 0),
    seed: args.seed,
    lobbyMs: plan.lobbyMs * 0.9,
  });
  const stranded: string[] = [];
  const endings = new Map<Ending, number>();
  let atHome = 0;
  const lives = cast.map(async (character, at) => {
    try {
      const how =
        gated && at >= args.shoppers
          ? await walkIn(world, { ...character, kind: 'regular' }, gated.gates.site, gated.outage)
          : await live(world, character);
      endings.set(how, (endings.get(how) ?? 0) + 1);
    } catch (error) {
      stranded.push(`${character.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    atHome++;
  });

  const books = openBooks(stage.databaseUrl, drop);
  let left = args.stock;
  const watching = watchStock(
    books,
    over,
    (rows) => {
      left = rows.reduce((sum, { available }) => sum + available, 0);
    },
    (error) => {
      if (chaos.length === 0) throw error;
    },
  );
  watching.catch(() => {}); // awaited below
  const noMoreHarm = new AbortController();
  const havoc = beginChaos(chaos, args.seed);
  const away = gated?.outage.run(
    () => memory.orders.size >= ORDERS_BEFORE_OUTAGE && !raid.isUnderWay,
    noMoreHarm.signal,
  );
  away?.catch(() => {}); // awaited below
  const stillMs = chaos.length === 0 && !gated ? STILL_MS : STILL_MS_CHAOS;

  let quietSince = Date.now();
  let movedAt = Date.now();
  let before = '';
  for (;;) {
    const now = Date.now();
    const text = `${memory.issued.size} joined, ${memory.inside} inside, ${left} left, ${atHome} gone`;
    const moves = `${text}, ${raid.tried} tried`;
    if (moves !== before || now < plan.opensAtMs) movedAt = now;
    before = moves;
    if (left > 0 || memory.inside > 0) quietSince = now;
    show({ phase: now < plan.opensAtMs ? 'lobby' : 'open', share: 1 - left / args.stock, text });
    const isOver = atHome === cast.length || now - quietSince > QUIET_MS;
    if (isOver && (havoc.isThrough || now - movedAt > HARMING_MS_MAX)) break;
    if (!isOver && now - movedAt > stillMs) {
      stranded.push(`nothing moved any more: ${text}`);
      break;
    }
    await pause(200, over);
  }

  show({ phase: 'settling', share: 1, text: 'payments' });
  const { blows, missed } = await havoc.end();
  noMoreHarm.abort();
  const outage = await away;
  const settledBy = Date.now() + SETTLING_MS;
  const raided = await raid.finish();
  ending.abort();
  await Promise.all(lives);
  await gated?.gates.stop();
  const stockSamples = await watching;
  while ((await books.countUnsettled()) > 0 && Date.now() < settledBy)
    await new Promise((resolve) => setTimeout(resolve, 200));
  const unsettled = await books.countUnsettled();
  if (unsettled > 0) stranded.push(`${unsettled} payments were never settled`);

  show({ phase: 'judging', share: 1, text: 'log, books, ledger' });
  const drawn = await askPatiently(
    room,
    { method: 'GET', path: `/v1/drops/${drop}/draw`, address: addressOf(0) },
    { random: createRandom('judge', args.seed), over: new AbortController().signal },
  );
  await plane.closeDrop(drop);
  const queue = await readQueue(stage.redisUrl, drop);
  const { found, lines } = await findSecrets(stage.logDir, memory.secrets);
  if (lines === 0) stranded.push('the services wrote no log');
  const evidence: Evidence = {
    shoppers: args.shoppers,
    stock: args.stock,
    log: queue.log,
    books: await books.all(),
    policy: plan.policy,
    draw: { commit, seed: typeof drawn.body.seed === 'string' ? drawn.body.seed : undefined },
    places: { issued: memory.issued, wantedToLeave: memory.wantedToLeave, known: queue.known },
    acknowledged: { admitted: memory.admitted, orders: memory.orders },
    stillWaiting: queue.stillWaiting,
    raid: raided,
    stockSamples,
    secretsLogged: found.length,
    serverFaults: countFaults(room) + countFaults(checkout),
    stranded,
    harmsMissed: missed,
    outage,
    durabilityFaults,
  };
  await Promise.all([room.close(), checkout.close(), books.close()]);
  return {
    verdict: judge(evidence),
    endings: Object.fromEntries([...endings].sort(([, one], [, other]) => other - one)),
    requests: count(room, () => true) + count(checkout, () => true),
    blows,
  };
}

/** Nobody announces a drop before every instance has seen it; each looks once a second. */
async function untilKnown(room: Site, drop: string, over: AbortSignal): Promise<void> {
  const pulse = { method: 'GET', path: `/v1/drops/${drop}/pulse`, address: addressOf(0) } as const;
  const endsAt = performance.now() + KNOWN_MS;
  for (let instance = 0; instance < room.origins.length; ) {
    const answer = await room.ask({ ...pulse, instance });
    if (answer.status === 200) instance++;
    else if (performance.now() > endsAt) throw new Error('the waiting room does not see the drop');
    else await pause(50, over);
  }
}

function count({ answers }: Site, which: (status: number) => boolean): number {
  return [...answers].reduce((sum, [status, times]) => sum + (which(status) ? times : 0), 0);
}

/** 503 says "later", which is an answer; anything else from 500 on says that a service failed. */
function countFaults(site: Site): number {
  return count(site, (status) => status >= 500 && status !== 503);
}
