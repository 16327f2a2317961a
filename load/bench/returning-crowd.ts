/**
 * Shoppers of one drop as they live through a loss of Redis: those far back read nothing but the pulse and present their
 * ticket once, after a random part of the spread that it tells (Q26); those near the front ask for their place as often as
 * they are told to, and go in when called. All of them wait as `Retry-After` says.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createRandom, type Random } from '../play/random.ts';
import { askPatiently, Over, pause } from '../play/web/patience.ts';
import type { Site, WebAnswer } from '../play/web/site.ts';
import { shopperAddress } from './shoppers.ts';

/** Joins under way at once. */
const LANES = 64;
const POLL_MS = 2000;

export interface Returning {
  readonly number: string;
  readonly address: string;
  readonly random: Random;
  ticket: string;
  /** The epoch that the ticket is of, as far as the room has told. */
  epoch: string;
  /** Its token's time, once it was given one. */
  admittedAtMs: number | undefined;
}

interface Pulse {
  readonly epoch: string;
  readonly pollAfterMs: number;
  /** Over how long shoppers of another epoch come back. */
  readonly returnSpreadMs: number;
}

interface CrowdOptions {
  readonly room: Site;
  readonly drop: string;
  readonly over: AbortSignal;
  /** For a pulse that does not tell. */
  readonly returnSpreadMs: number;
}

export function createCrowd({ room, drop, over, returnSpreadMs }: CrowdOptions) {
  const base = `/v1/drops/${drop}`;
  const headersOf = ({ ticket }: Returning) => ({ authorization: `Ticket ${ticket}` });
  const look = async (shopper: Returning): Promise<WebAnswer> => {
    const { address, random } = shopper;
    const request = { method: 'GET', path: `${base}/ticket`, address, headers: headersOf(shopper) } as const;
    const answer = await askPatiently(room, request, { random, over });
    if (typeof answer.body.ticket === 'string') shopper.ticket = answer.body.ticket;
    if (typeof answer.body.epoch === 'string') shopper.epoch = answer.body.epoch;
    return answer;
  };

  async function join(at: number): Promise<Returning> {
    const random = createRandom('returning', at);
    const address = shopperAddress(at);
    const json = { nonce: randomBytes(18).toString('base64url') };
    const request = { method: 'POST', path: `${base}/tickets`, address, json } as const;
    const { status, body, problem } = await askPatiently(room, request, { random, over });
    if (status !== 201 && status !== 200) throw new Error(`a join was answered ${status} ${problem}`);
    const [number, ticket] = [String(body.publicNumber), String(body.ticket)];
    return { number, ticket, address, random, epoch: '', admittedAtMs: undefined };
  }

  /** The pulse as a cache in front of the room has it: read once a second, however many look at it. */
  let pulse: Pulse | undefined;
  async function readPulse(): Promise<void> {
    while (!over.aborted) {
      const { status, body } = await room
        .ask({ method: 'GET', path: `${base}/pulse`, address: shopperAddress(0) })
        .catch(() => ({ status: 0, body: {} as WebAnswer['body'] }));
      const spreadMs = Number(body.returnSpreadMs ?? returnSpreadMs);
      if (status === 200)
        pulse = {
          epoch: String(body.epoch),
          pollAfterMs: Number(body.pollAfterMs),
          returnSpreadMs: spreadMs,
        };
      await pause(1000, over);
    }
  }

  /** Far back: comes back once for each new epoch. */
  async function follow(shopper: Returning): Promise<void> {
    while (!over.aborted) {
      await pause((pulse?.pollAfterMs ?? POLL_MS) * (0.9 + shopper.random.next() / 5), over);
      if (pulse === undefined) continue;
      if (shopper.epoch === '') shopper.epoch = pulse.epoch;
      if (pulse.epoch === shopper.epoch) continue;
      await pause(shopper.random.next() * 0.9 * pulse.returnSpreadMs, over);
      const { status, problem } = await look(shopper);
      if (status !== 200) throw new Error(`a shopper who came back was answered ${status} ${problem}`);
    }
  }

  /** Near the front: asks as it is told to, and enters. */
  async function approach(shopper: Returning): Promise<void> {
    const bind = createHash('sha256').update(shopper.number).digest('base64url');
    const { address, random } = shopper;
    while (!over.aborted) {
      const { status, body, problem } = await look(shopper);
      if (status !== 200)
        throw new Error(`a shopper near the front was answered ${status} ${problem}: ${String(body.detail)}`);
      if (body.called !== true) {
        await pause((Number(body.pollAfterMs) || POLL_MS) * (1 + random.next() / 10), over);
        continue;
      }
      const json = { bind, returnTo: 'https://shop.example/' };
      const headers = headersOf(shopper);
      const request = { method: 'POST', path: `${base}/admission`, address, headers, json } as const;
      const entry = await askPatiently(room, request, { random, over });
      if (entry.status === 200) {
        shopper.admittedAtMs = Date.now();
        return;
      }
      if (entry.status !== 202 && entry.problem !== 'not-called-yet')
        throw new Error(`a called shopper was answered ${entry.status} ${entry.problem}`);
      await pause(Number(entry.body.retryAfterMs) || POLL_MS, over);
    }
  }

  return {
    /** `count` shoppers, in the order in which they were answered. */
    async gather(count: number): Promise<Returning[]> {
      const crowd: Returning[] = [];
      let next = 0;
      const lane = async () => {
        while (next < count && !over.aborted) crowd.push(await join(next++));
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      return crowd;
    },
    /** Lets them wait, the first `near` near the front, until it is over. @throws Error when one is answered otherwise than promised */
    async wait(crowd: readonly Returning[], near: number): Promise<void> {
      const lives = crowd.map((shopper, at) => (at < near ? approach(shopper) : follow(shopper)));
      await Promise.all(
        [readPulse(), ...lives].map((life) =>
          life.catch((error: unknown) => {
            if (!(error instanceof Over)) throw error;
          }),
        ),
      );
    },
  };
}
