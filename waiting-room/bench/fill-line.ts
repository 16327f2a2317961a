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
  const args = joiners.flatMap(({ number }) => [
    ...[number, drawnOrderOf?.(number) ?? '', 0, 0],
    ...[`address${randomInt(ADDRESSES)}`, ''],
  ]);
  const reply = await commands.run('join-queue', drop, [EPOCH, Number.MAX_SAFE_INTEGER, commit, ...args]);
  if (reply[0] !== 'ok') throw new Error(`joins were answered ${reply.slice(0, 3).join(' ')}`);
  joiners.forEach((joiner, index) => {
    const [code, order] = reply.slice(4 + 3 * index, 6 + 3 * index);
    if (code !== 0) throw new Error(`a join was answered with code ${code}`);
    onJoined?.({ ...joiner, order: Number(order), joinedUs: Number(reply[1]), epoch: String(reply[3]) });
  });
}
