/** What a shopper does inside: session, hold, payment, order, and all the ways in which people do not get to the end of that. */
import { randomUUID } from 'node:crypto';
import { askPatiently, type Patience, pause } from '../web/patience.ts';
import type { WebAnswer } from '../web/site.ts';
import type { Character } from './character.ts';
import { type Ending, unexpected } from './ending.ts';
import type { Manner } from './manners.ts';
import type { Belongings } from './meeting.ts';
import { askAs } from './twice.ts';
import type { World } from './world.ts';

/** Between two steps, for a shopper in a hurry. */
const THINK_MS = { min: 50, max: 400 };
/** A payment whose outcome is open is asked about so often; a provider that stays silent is settled within some 15 s. */
const PROCESSING_POLLS_MAX = 60;
/** Of a shopper who can pay. */
const ATTEMPTS_MAX = 3;

const METHODS: Partial<Record<Manner, string>> = {
  'pay-slowly': 'sandbox:slow',
  'pay-into-silence': 'sandbox:timeout-after-capture',
};

/** @throws Error when something did not go as promised */
export async function shop(world: World, character: Character, admission: Belongings): Promise<Ending> {
  const visit = createVisit(world, character);
  const meet = character.kind === 'regular' ? world.meeting : undefined;
  await meet?.('admitted', admission);
  const { session, sessionId } = await visit.openSession(admission);
  await visit.think();

  const manner = world.nextManner();
  if (manner === 'walk-out') {
    await visit.leave();
    return 'walked-out';
  }
  if (manner === 'greedy') await visit.askForTooMuch();
  const reservation = await visit.reserve();
  if (reservation === undefined) {
    await visit.leave();
    return 'found-it-sold-out';
  }
  await meet?.('holding', { ...admission, session, sessionId, reservation });
  await visit.think();

  if (manner === 'abandon') return 'abandoned';
  if (manner === 'release') {
    await visit.release(reservation);
    await visit.leave();
    return 'released';
  }
  if (manner === 'decline-then-pay' || manner === 'decline-then-leave') {
    await visit.bePaid(reservation, 'sandbox:decline');
    await visit.think();
    if (manner === 'decline-then-leave') {
      await visit.leave();
      return 'declined';
    }
  }
  const order = await visit.payForSure(reservation, METHODS[manner] ?? 'sandbox:ok');
  world.memory.orders.add(order);
  await visit.lookAt(order);
  await meet?.('bought', { ...admission, session, sessionId, reservation, order });
  return 'bought';
}

function createVisit(world: World, { kind, address, random }: Character) {
  const { checkout, drop, skus, memory, over, pace, perShopperLimit } = world;
  const patience: Patience = { random, over };
  let headers: Record<string, string> = {};

  const think = () => pause(random.integer(THINK_MS.min, THINK_MS.max) * pace, over);
  const ask = (method: 'GET' | 'POST' | 'DELETE', path: string, json?: unknown, key?: string) =>
    askAs(
      method === 'GET' ? 'regular' : kind,
      checkout,
      {
        method,
        path,
        address,
        headers: key === undefined ? headers : { ...headers, 'idempotency-key': key },
        ...(json !== undefined && { json }),
      },
      patience,
      ({ body }) => body.id ?? body.sessionId ?? orderOf(body),
    );

  async function reserveOnce(sku: string, quantity: number): Promise<WebAnswer> {
    const key = randomUUID();
    for (;;) {
      const answer = await ask('POST', '/v1/reservations', { lines: [{ sku, quantity }] }, key);
      if (answer.problem !== 'idempotency-key-in-flight') return answer;
      await pause(answer.retryAfterMs, over);
    }
  }

  return {
    think,

    async openSession({ token, secret }: Belongings): Promise<{ session: string; sessionId: string }> {
      headers = { authorization: `Bearer ${token}`, 'sluice-secret': secret };
      const answer = await ask('POST', `/v1/drops/${drop}/session`);
      if (answer.status !== 200 && answer.status !== 201) throw unexpected('opening the session', answer);
      const session = String(answer.body.token);
      memory.secrets.add(session);
      headers = { authorization: `Session ${session}` };
      return { session, sessionId: String(answer.body.sessionId) };
    },

    /** The reservation's id; undefined when nothing of all that is sold is left. */
    async reserve(): Promise<string | undefined> {
      for (const sku of random.shuffled(skus)) {
        for (const quantity of random.chance(0.3) ? [2, 1] : [1]) {
          const answer = await reserveOnce(sku, quantity);
          if (answer.status === 201) return String(answer.body.id);
          if (answer.problem !== 'sold-out') throw unexpected('reserving', answer);
        }
      }
      return undefined;
    },

    async askForTooMuch(): Promise<void> {
      const answer = await reserveOnce(random.pick(skus), perShopperLimit + 1);
      if (answer.problem !== 'limit-exceeded' && answer.problem !== 'sold-out')
        throw unexpected('reserving more than the limit', answer);
    },

    /** The order's id; undefined when it was declined for good. */
    async bePaid(reservation: string, method: string): Promise<string | undefined> {
      const answer = await ask('POST', `/v1/reservations/${reservation}/payment`, { method });
      if (answer.status === 200) return orderOf(answer.body);
      if (answer.problem === 'declined') return undefined;
      if (answer.status !== 202) throw unexpected('paying', answer);
      return outcomeOf(reservation);
    },

    /** As {@link bePaid}, and again when nothing came of it: an attempt whose outcome nobody knew may end without a charge. */
    async payForSure(reservation: string, method: string): Promise<string> {
      for (let attempts = 0; attempts < ATTEMPTS_MAX; attempts++) {
        const order = await this.bePaid(reservation, attempts === 0 ? method : 'sandbox:ok');
        if (order !== undefined) return order;
        await think();
      }
      throw new Error('a good payment was declined again and again');
    },

    async lookAt(order: string): Promise<void> {
      const answer = await ask('GET', `/v1/orders/${order}`);
      if (answer.status !== 200) throw unexpected('looking at the order', answer);
    },

    async release(reservation: string): Promise<void> {
      const answer = await ask('DELETE', `/v1/reservations/${reservation}`);
      if (answer.status !== 204) throw unexpected('giving the hold back', answer);
    },

    async leave(): Promise<void> {
      const answer = await ask('DELETE', `/v1/drops/${drop}/session`);
      if (answer.status !== 204) throw unexpected('leaving the checkout', answer);
    },
  };

  async function outcomeOf(reservation: string): Promise<string | undefined> {
    const request = { method: 'GET', path: `/v1/reservations/${reservation}`, address, headers } as const;
    for (let polls = 0; polls < PROCESSING_POLLS_MAX; polls++) {
      await pause(1000, over);
      const answer = await askPatiently(checkout, request, patience);
      if (answer.status !== 200) throw unexpected('asking what became of the payment', answer);
      if (answer.body.status === 'paid') return String(answer.body.orderId);
      if (answer.body.status === 'held') return undefined;
      if (answer.body.status !== 'processing')
        throw unexpected(`a payment ended in ${answer.body.status}`, answer);
    }
    throw new Error('a payment was never settled');
  }
}

function orderOf(body: WebAnswer['body']): string | undefined {
  const { order } = body as { order?: { id?: string } };
  return order?.id;
}
