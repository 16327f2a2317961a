/** One shopper's way through a drop: joins, waits as told, comes when called, and shops. */
import { createHash, randomBytes } from 'node:crypto';
import { askPatiently, Over, pause } from '../web/patience.ts';
import type { WebAnswer } from '../web/site.ts';
import type { Character } from './character.ts';
import { type Ending, unexpected } from './ending.ts';
import type { Belongings } from './meeting.ts';
import { shop } from './shop.ts';
import { askAs } from './twice.ts';
import type { World } from './world.ts';

/** A shopper who knows only this still asks again some day. */
const POLL_MS = 2000;
/** How a hammer hammers: so often, so quickly. */
const HAMMER_TIMES = 60;
const HAMMER_MS = 40;
/** A leaver loses patience within this, and with some luck before the turn has come. */
const LEAVES_AFTER_MS_MAX = 8000;

interface Held {
  /** After a loss of Redis the room may give the same place a new ticket. */
  ticket: string;
  readonly number: string;
}

/** @throws Error when something did not go as promised: the shopper is stuck */
export async function live(world: World, character: Character): Promise<Ending> {
  try {
    await pause(character.arrivesAfterMs, world.over);
    const held = await join(world, character);
    if (typeof held === 'string') return held;
    if (character.kind === 'hammer') await hammer(world, character, held);
    const admission = await waitAndEnter(world, character, held);
    if (typeof admission === 'string') return admission;
    world.memory.inside++;
    try {
      return await shop(world, character, admission);
    } finally {
      world.memory.inside--;
    }
  } catch (error) {
    if (error instanceof Over) return 'sent-home';
    throw error;
  }
}

async function join(world: World, character: Character): Promise<Held | Ending> {
  const { room, drop, memory, over } = world;
  const { kind, address, random } = character;
  const nonce = randomBytes(18).toString('base64url');
  memory.secrets.add(address).add(nonce);
  const request = { method: 'POST', path: `/v1/drops/${drop}/tickets`, address, json: { nonce } } as const;
  for (;;) {
    const answer = await askAs(kind, room, request, { random, over }, ({ body }) => body.publicNumber);
    if (answer.status === 200 || answer.status === 201) {
      const held = { ticket: String(answer.body.ticket), number: String(answer.body.publicNumber) };
      memory.issued.add(held.number);
      memory.secrets.add(held.ticket);
      return held;
    }
    if (answer.problem === 'not-open-yet')
      await pause(Math.min(Number(answer.body.opensInMs), POLL_MS), over);
    else if (['sold-out', 'draining', 'closed'].includes(answer.problem)) return 'came-too-late';
    else throw unexpected('joining', answer);
    if (over.aborted) throw new Over();
  }
}

/** Asks about the place, joins again under the same nonce and asks for entry, without ever waiting. */
async function hammer(world: World, { address, random }: Character, { ticket }: Held): Promise<void> {
  const { room, drop, over } = world;
  const headers = { authorization: `Ticket ${ticket}` };
  const status = { method: 'GET', path: `/v1/drops/${drop}/ticket`, address, headers } as const;
  const json = { bind: random.text(32) };
  const entry = { method: 'POST', path: `/v1/drops/${drop}/admission`, address, headers, json } as const;
  for (let times = 0; times < HAMMER_TIMES && !over.aborted; times++) {
    await room.ask(times % 3 === 0 ? entry : status).catch(() => undefined);
    await pause(random.next() * HAMMER_MS, over);
  }
}

async function waitAndEnter(world: World, character: Character, held: Held): Promise<Belongings | Ending> {
  const { room, drop, memory, over } = world;
  const { kind, address, random } = character;
  const path = `/v1/drops/${drop}/ticket`;
  const ask = (method: 'GET' | 'DELETE') =>
    askPatiently(
      room,
      { method, path, address, headers: { authorization: `Ticket ${held.ticket}` } },
      { random, over },
    );
  const leavesAt =
    kind === 'leaver'
      ? performance.now() + random.integer(500, LEAVES_AFTER_MS_MAX)
      : Number.POSITIVE_INFINITY;
  for (;;) {
    if (over.aborted) throw new Over();
    const answer = await ask('GET');
    if (answer.problem === 'ticket-spent') return spentEnding(answer);
    if (answer.status !== 200) throw unexpected('asking for the place', answer);
    const { phase, called, pollAfterMs, ticket } = answer.body;
    if (typeof ticket === 'string') {
      held.ticket = ticket;
      memory.secrets.add(ticket);
    }
    if (phase === 'closed') return 'sent-home';
    if (called === true) {
      if (kind === 'no-show') return 'no-show';
      const entry = await enter(world, character, held);
      if (entry !== 'not-called') return entry;
    }
    const untilLeaving = leavesAt - performance.now();
    const pollMs = Number(pollAfterMs) || POLL_MS;
    await pause(Math.min(pollMs * (1 + random.next() / 10), Math.max(0, untilLeaving)), over);
    if (untilLeaving <= pollMs) {
      memory.wantedToLeave.add(held.number);
      const left = await ask('DELETE');
      if (left.status !== 204) throw unexpected('leaving', left);
      return 'left';
    }
  }
}

/** Checks in and waits for the token. */
async function enter(
  world: World,
  { kind, address, random }: Character,
  held: Held,
): Promise<Belongings | Ending | 'not-called'> {
  const { room, drop, memory, over } = world;
  const secret = randomBytes(32).toString('base64url');
  const bind = createHash('sha256').update(secret).digest('base64url');
  memory.secrets.add(secret);
  const headers = { authorization: `Ticket ${held.ticket}` };
  const request = {
    method: 'POST',
    path: `/v1/drops/${drop}/admission`,
    address,
    headers,
    json: { bind },
  } as const;
  for (;;) {
    if (over.aborted) throw new Over();
    const answer = await askAs(kind, room, request, { random, over }, ({ body }) => body.token);
    if (answer.status === 200) {
      const token = String(answer.body.token);
      memory.secrets.add(token);
      memory.admitted.add(held.number);
      return { ...held, token, secret, address };
    }
    if (answer.status === 202) await pause(Number(answer.body.retryAfterMs) * (1 + random.next() / 10), over);
    else if (answer.problem === 'not-called-yet') return 'not-called';
    else if (answer.problem === 'ticket-spent') return spentEnding(answer);
    else if (answer.problem === 'closed') return 'sent-home';
    else throw unexpected('asking for entry', answer);
  }
}

function spentEnding(answer: WebAnswer): Ending {
  if (answer.body.reason === 'missed') return 'missed';
  throw unexpected('holding a ticket nobody has used', answer);
}
