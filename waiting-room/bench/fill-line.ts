/** Fills a drop's line through the join script, as rooms do, only without a request for each shopper. */
import { randomInt } from 'node:crypto';
import { newTicketId, publicNumberOf } from '../src/admission/ticket-ids.ts';
import { type Commands, MEMBERS_MAX } from '../src/queue/commands.ts';

/** Script calls under way at once: Redis is never idle, and a call is never late. */
const CALLS_UNDER_WAY = 4;
/** Digests of addresses that shoppers come from. */
const ADDRESSES = 8192;
const EPOCH = 'e0e0e0e0e0e0e0e0';

export interface Joined {
  readonly id: Buffer;
  readonly number: string;
  /** As the script answered it: 0 for a drawn one. */
  readonly order: number;
  /** When, in µs. */
  readonly joinedUs: number;
  readonly epoch: string;
}

export interface FillOptions {
  readonly count: number;
  /** Of the seed that drawn orders come from; '' for none. */
  readonly commit?: string;
  /** Orders in the lobby; arrivals have none. */
  readonly drawnOrderOf?: (number: string) => number;
  /** Told of every shopper. */
  readonly onJoined?: (joined: Joined) => void;
}

/** @throws Error unless everybody joined */
export async function fillLine(commands: Commands, drop: string, options: FillOptions): Promise<void> {
  let left = options.count;
  const row = async () => {
    while (left > 0) {
      const count = Math.min(left, MEMBERS_MAX);
      left -= count;
      await joinTogether(commands, drop, count, options);
    }
  };
  await Promise.all(Array.from({ length: CALLS_UNDER_WAY }, row));
}

/** `count` new shoppers in one call. @throws Error unless all of them joined */
export async function joinTogether(
  commands: Commands,
  drop: string,
  count: number,
  { commit = '', drawnOrderOf, onJoined }: Omit<FillOptions, 'count'> = {},
): Promise<void> {
  const joiners = Array.from({ length: count }, () => {
    const id = newTicketId();
    return { id, number: publicNumberOf(id) };
  });
  const text = JSON.stringify({
    numbers: joiners.map(({ number }) => number),
    addresses: joiners.map(() => `address${randomInt(ADDRESSES)}`),
    ...(drawnOrderOf && { orders: joiners.map(({ number }) => drawnOrderOf(number)) }),
  });
  const reply = await commands.run('join-queue', drop, [EPOCH, Number.MAX_SAFE_INTEGER, commit, text]);
  const [status, joinedUs, , epoch, first, ...told] = reply;
  if (status !== 'ok') throw new Error(`joins were answered ${reply.slice(0, 3).join(' ')}`);
  // Only a ticket that did not simply join is told of.
  if (told.length > 0) throw new Error(`a join was answered with code ${told[1]}`);
  joiners.forEach((joiner, index) => {
    // Drawn orders are not told; arrivals stand one behind the other.
    const order = first === 0 ? 0 : Number(first) + index;
    onJoined?.({ ...joiner, order, joinedUs: Number(joinedUs), epoch: String(epoch) });
  });
}
