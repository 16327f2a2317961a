/** One shopper's way through a rehearsal: joins, waits as told, comes when called, holds, and pays or does not. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Character, CrowdState } from '../domain/crowd.ts';
import type { Site, Told } from './site.ts';

export interface World {
  readonly room: Site;
  /** Null: whoever is inside stays outside the checkout, and is gone when their token is. */
  readonly checkout: Site | null;
  readonly drop: string;
  readonly pass: string;
  /** Of this shopper; undefined where a drop needs none. */
  readonly code: string | undefined;
  readonly skus: readonly string[];
  /** When it is aborted everybody goes home. */
  readonly over: AbortSignal;
}

/** People think so long between two steps. */
const THINK_MS = { min: 1000, max: 6000 };
/** A room that says nothing of when to ask again. */
const POLL_MS = 2000;
/** A payment whose outcome is open is asked about so often. */
const PAYMENT_POLLS_MAX = 60;

/**
 * @param be told of each state that the shopper comes to
 * @returns the last one
 * @throws Error when something was answered that a shopper could not go on from, or it is over
 */
export async function live(
  world: World,
  character: Character,
  be: (state: CrowdState) => void,
): Promise<CrowdState> {
  const { room, drop, over } = world;
  const { address, manner } = character;
  await pause(character.arrivesAfterMs, undefined, { signal: over });
  const nonce = randomBytes(18).toString('base64url');
  const joined = await join();
  if (joined === null) return 'turned-away';
  let ticket = joined;
  be('waiting');
  const headers = () => ({ authorization: `Ticket ${ticket}` });

  for (;;) {
    const place = await room({
      method: 'GET',
      path: `/v1/drops/${drop}/ticket`,
      address,
      headers: headers(),
    });
    if (place.problem === 'ticket-spent') return 'missed';
    if (place.status !== 200) throw unexpected('asking for the place', place);
    // After a loss of Redis the place may come back under a new ticket.
    if (typeof place.body.ticket === 'string') ticket = place.body.ticket;
    if (place.body.phase === 'closed') return 'turned-away';
    if (place.body.called === true) {
      if (manner === 'no-show') return 'no-show';
      const admission = await enter();
      if (typeof admission !== 'string') {
        be('inside');
        return world.checkout === null ? 'inside' : shop(world, world.checkout, character, admission);
      }
      if (admission !== 'waiting') return admission;
    }
    const pollMs = Number(place.body.pollAfterMs) || POLL_MS;
    await pause(pollMs * (1 + Math.random() / 10), undefined, { signal: over });
  }

  async function join(): Promise<string | null> {
    for (;;) {
      const told = await room({
        method: 'POST',
        path: `/v1/drops/${drop}/tickets`,
        address,
        headers: { 'sluice-pass': world.pass },
        json: { nonce, ...(world.code !== undefined && { code: world.code }) },
      });
      if (told.status === 200 || told.status === 201) return String(told.body.ticket);
      if (told.problem !== 'not-open-yet' && told.problem !== 'no-such-drop') return null;
      // The room hears of a new drop within a second.
      await pause(POLL_MS / 2, undefined, { signal: over });
    }
  }

  /** Checks in and waits for the token. */
  async function enter(): Promise<Admission | 'waiting' | 'missed' | 'turned-away'> {
    const secret = randomBytes(32).toString('base64url');
    const bind = createHash('sha256').update(secret).digest('base64url');
    const path = `/v1/drops/${drop}/admission`;
    for (;;) {
      const told = await room({ method: 'POST', path, address, headers: headers(), json: { bind } });
      if (told.status === 200) return { token: String(told.body.token), secret };
      if (told.status === 202) {
        const waitMs = Number(told.body.retryAfterMs) || POLL_MS;
        await pause(waitMs * (1 + Math.random() / 10), undefined, { signal: over });
      } else if (told.problem === 'not-called-yet') return 'waiting';
      else if (told.problem === 'ticket-spent') return 'missed';
      else if (told.problem === 'closed' || told.problem === 'sold-out') return 'turned-away';
      else throw unexpected('asking for entry', told);
    }
  }
}

interface Admission {
  readonly token: string;
  readonly secret: string;
}

async function shop(
  { drop, skus, over }: World,
  checkout: Site,
  { address, manner }: Character,
  { token, secret }: Admission,
): Promise<CrowdState> {
  let headers: Record<string, string> = { authorization: `Bearer ${token}`, 'sluice-secret': secret };
  const ask = (method: 'GET' | 'POST' | 'DELETE', path: string, json?: unknown, key?: string) =>
    checkout({
      ...{ method, path, address },
      headers: key === undefined ? headers : { ...headers, 'idempotency-key': key },
      ...(json !== undefined && { json }),
    });
  const think = () =>
    pause(THINK_MS.min + Math.random() * (THINK_MS.max - THINK_MS.min), undefined, { signal: over });

  const opened = await ask('POST', `/v1/drops/${drop}/session`);
  if (opened.status !== 200 && opened.status !== 201) throw unexpected('opening the session', opened);
  headers = { authorization: `Session ${String(opened.body.token)}` };
  await think();
  const hold = await reserve();
  if (hold === undefined) return leave('found-it-sold-out');
  await think();
  if (manner === 'give-back') return leave('gave-back');
  const paying = `/v1/reservations/${hold}/payment`;
  const paid = await ask('POST', paying, {
    method: manner === 'be-declined' ? 'sandbox:decline' : 'sandbox:ok',
  });
  if (paid.status === 200) return 'bought';
  if (paid.problem === 'declined') return leave('declined');
  if (paid.status !== 202) throw unexpected('paying', paid);
  for (let polls = 0; polls < PAYMENT_POLLS_MAX; polls++) {
    await pause(1000, undefined, { signal: over });
    const { body } = await ask('GET', `/v1/reservations/${hold}`);
    if (body.status === 'paid') return 'bought';
    if (body.status === 'held') return leave('declined');
  }
  throw new Error('a payment was never settled');

  /** Undefined: nothing of all that is sold is left. */
  async function reserve(): Promise<string | undefined> {
    const first = Math.floor(Math.random() * skus.length);
    for (let at = 0; at < skus.length; at++) {
      const sku = skus[(first + at) % skus.length];
      const told = await ask('POST', '/v1/reservations', { lines: [{ sku, quantity: 1 }] }, randomUUID());
      if (told.status === 201) return String(told.body.id);
      if (told.problem !== 'sold-out') throw unexpected('reserving', told);
    }
    return undefined;
  }

  async function leave(state: CrowdState): Promise<CrowdState> {
    await ask('DELETE', `/v1/drops/${drop}/session`);
    return state;
  }
}

function unexpected(doing: string, { status, problem }: Told): Error {
  return new Error(`${doing} was answered ${status} ${problem}`);
}
