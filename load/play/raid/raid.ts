/**
 * The attackers of a drop: at three moments (token in hand, goods held, goods bought) they look over a shopper's
 * shoulder and try everything they have at every door, before that shopper goes on.
 */
import type { RaidEvidence } from '../judge/verdict.ts';
import type { Belongings, Meeting, Moment } from '../people/meeting.ts';
import type { Random } from '../random.ts';
import { pause } from '../web/patience.ts';
import type { Site, WebAnswer } from '../web/site.ts';
import { type Door, doorsOf, findUnattacked } from './doors.ts';
import { type Credential, FORGERIES, type Material } from './forgeries.ts';

/** Tries of each kind at each door. */
const TRIES = 20;
/** A try that was put off (429, 503, no answer) is no try, and is made again for so long: longer than a room is away. */
const PUT_OFF_MS = 75_000;
const AGAIN_MS = { step: 100, max: 2000 };
/** Attempts under way at once: a nuisance, not an overload. */
const LANES = 16;
const ADDRESSES = 64;
/** How long the victim waits for a second shopper whose session can be tried on it, and for its own ticket to be spent. */
const STRANGER_MS = 20_000;
const SPENT_MS = 15_000;

export interface RaidOptions {
  readonly room: Site;
  readonly checkout: Site;
  readonly drop: string;
  readonly sku: string;
  readonly roomKey: Material['roomKey'];
  /** What a shopper of another drop has. */
  readonly foreign: Promise<Belongings>;
  readonly random: Random;
  readonly over: AbortSignal;
}

export interface Raid {
  readonly meeting: Meeting;
  /** Addresses that attackers come from. */
  readonly addresses: readonly string[];
  /** True while some victim is held up. */
  readonly isUnderWay: boolean;
  /** Attempts so far that were answered. */
  readonly tried: number;
  /** What was tried and what came of it. */
  finish(): Promise<RaidEvidence>;
}

export function createRaid(options: RaidOptions): Raid {
  const { room, checkout, drop, sku, roomKey, foreign, random, over } = options;
  const sites = { room, checkout };
  const doors = doorsOf(sku);
  const sessionDoor = doors.find(({ takes }) => takes === 'token') as Door;
  const orderDoor = doors.find(({ route }) => route.includes('/orders/')) as Door;
  const entryDoor = doors.find(({ route }) => route.endsWith('/admission')) as Door;
  const addresses = Array.from({ length: ADDRESSES }, (_, at) => `198.18.${at}.${random.integer(1, 254)}`);
  const tries = new Map<string, Map<string, number>>();
  const accepted: string[] = [];
  const victims = new Set<Moment>();
  const holders: Belongings[] = [];
  let heldUp = 0;

  async function attempt(
    kind: string,
    door: Door,
    request: Omit<Parameters<Site['ask']>[0], 'address'>,
    isOpen: Door['isOpen'],
  ): Promise<void> {
    const givenUpAt = performance.now() + PUT_OFF_MS;
    for (let putOff = 1; performance.now() < givenUpAt && !over.aborted; putOff++) {
      const address = random.pick(addresses);
      const answer = await sites[door.of].ask({ ...request, address }).catch(() => undefined);
      if (answer === undefined || answer.status === 429 || answer.status === 503) {
        await pause(Math.min(AGAIN_MS.step * putOff, AGAIN_MS.max), over);
        continue;
      }
      const counts = tries.get(kind) ?? new Map<string, number>();
      tries.set(kind, counts.set(door.route, (counts.get(door.route) ?? 0) + 1));
      if (isOpen(answer)) accepted.push(`${kind} at ${door.route}`);
      return;
    }
  }

  /** Every forgery at each of these doors, where it is one. */
  async function assault(material: Material, at: readonly Door[]): Promise<void> {
    const attempts: (() => Promise<void>)[] = [];
    for (const door of at) {
      for (const { kind, genuineFor, onlyOnVictims, make } of FORGERIES) {
        if (genuineFor === door.takes || (onlyOnVictims && !door.isVictims)) continue;
        for (let turn = 0; turn < TRIES; turn++) {
          attempts.push(async () => {
            const credential = make(material, turn);
            const request = credential && door.request(material, credential, turn);
            if (request) await attempt(kind, door, request, door.isOpen);
          });
        }
      }
    }
    await inLanes(random.shuffled(attempts), over);
  }

  /** One genuine thing again and again at the door it is meant for: `isOpen` tells what would be one entry too many. */
  async function replay(
    kind: string,
    door: Door,
    material: Material,
    credential: Credential,
    isOpen: (answer: WebAnswer) => boolean,
  ): Promise<void> {
    const attempts = Array.from({ length: TRIES }, () => async () => {
      const request = door.request(material, credential, 0);
      if (request) await attempt(kind, door, request, isOpen);
    });
    await inLanes(attempts, over);
  }

  async function isSpent({ ticket, address }: Belongings): Promise<boolean> {
    const path = `/v1/drops/${drop}/ticket`;
    const headers = { authorization: `Ticket ${ticket}` };
    const endsAt = performance.now() + SPENT_MS;
    while (performance.now() < endsAt && !over.aborted) {
      const answer = await room.ask({ method: 'GET', path, address, headers }).catch(() => undefined);
      if (answer?.problem === 'ticket-spent') return true;
      await pause(500, over);
    }
    return false;
  }

  const meeting: Meeting = async (moment, belongings) => {
    if (moment === 'holding' && holders.length < 2) holders.push(belongings);
    // One victim for each moment: not everybody who is let in gets as far as holding, or buying.
    if (victims.has(moment)) return;
    victims.add(moment);
    heldUp++;
    try {
      await rob(moment, belongings);
    } finally {
      heldUp--;
    }
  };

  async function rob(moment: Moment, belongings: Belongings): Promise<void> {
    const material = await materialOf(moment, belongings);
    const genuine = { value: belongings.token, secret: belongings.secret };
    switch (moment) {
      case 'admitted':
        return assault(material, [sessionDoor]);
      case 'holding':
        await assault(
          material,
          doors.filter((door) => door !== sessionDoor && door !== orderDoor),
        );
        return replay('replayed-token', sessionDoor, material, genuine, ({ status, body }) => {
          return status === 201 || (status === 200 && body.sessionId !== belongings.sessionId);
        });
      case 'bought':
        await assault(material, [orderDoor]);
        await replay('spent-token', sessionDoor, material, genuine, sessionDoor.isOpen);
        if (await isSpent(belongings))
          await replay('spent-ticket', entryDoor, material, { value: belongings.ticket }, entryDoor.isOpen);
    }
  }

  async function materialOf(moment: Moment, victim: Belongings): Promise<Material> {
    const stranger = () => holders.find(({ number }) => number !== victim.number);
    const endsAt = performance.now() + (moment === 'holding' ? STRANGER_MS : 0);
    while (stranger() === undefined && performance.now() < endsAt && !over.aborted) await pause(100, over);
    return { drop, victim, stranger: stranger(), foreign: await foreign, roomKey, random };
  }

  const triedSoFar = () =>
    [...tries.values()].reduce((sum, count) => sum + [...count.values()].reduce((a, b) => a + b, 0), 0);

  return {
    meeting,
    addresses,
    get isUnderWay() {
      return heldUp > 0;
    },
    get tried() {
      return triedSoFar();
    },
    async finish() {
      const counts = [...tries.values()];
      const tried = triedSoFar();
      const attacked = new Set(counts.flatMap((count) => [...count.keys()]));
      return {
        tried,
        fewestTriesByKind: Object.fromEntries(
          [...tries].map(([kind, count]) => [kind, Math.min(...count.values())]),
        ),
        accepted,
        unattacked: [
          ...doors.filter(({ route }) => !attacked.has(route)).map(({ of, route }) => `${of}: ${route}`),
          ...(await findUnattacked(doors, sites)),
        ],
      };
    },
  };
}

/** Runs all of them, some at a time. */
async function inLanes(attempts: readonly (() => Promise<void>)[], over: AbortSignal): Promise<void> {
  const waiting = attempts.values();
  const lane = async () => {
    for (const attempt of waiting) {
      if (over.aborted) return;
      await attempt();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
