/** What drops are doing right now, read from Redis in one round trip; nothing is changed. */
import { isStoreFault } from '@sluice/service-kit';
import type { Redis } from 'ioredis';
import { type Phase, phaseOf } from '../domain/phase.ts';
import { dropKeys } from './keys.ts';
import { repliesOf } from './replies.ts';

export interface LivePicture {
  /** By Redis's clock. */
  readonly asOf: Date;
  /** `scheduled` for a drop the room has not heard of. */
  readonly phase: Phase;
  /** 0: Redis has no policy of it. */
  readonly policyVersion: number;
  readonly opensAt: Date | null;
  readonly lobbyOpensAt: Date | null;
  readonly openedAt: Date | null;
  readonly waiting: number;
  readonly called: number;
  readonly present: number;
  readonly sessions: number;
  readonly frontier: number;
  readonly joinedTotal: number;
  readonly enteredTotal: number;
  readonly leftTotal: number;
  readonly missedTotal: number;
  readonly soldOut: boolean;
  readonly capacity: { readonly reportedAt: Date; readonly sellable: number; readonly inside: number } | null;
}

const FIELDS = [
  'policy_version',
  'opens_us',
  'lobby_opens_us',
  'closes_us',
  'opened_us',
  'revealed_us',
  'override_until_us',
  'heal_until_us',
  'frontier',
  'joined_total',
  'entered_total',
  'left_total',
  'missed_total',
  'sold_out',
  'cap_at_us',
  'cap_sellable',
  'cap_inside',
] as const;
const TEXTS = ['override', 'commit'] as const;

const dateOf = (us: number): Date => new Date(Math.floor(us / 1000));

/** Without those that their server does not answer for. @throws the fault when that are all of them */
export async function readLive(redis: Redis, drops: readonly string[]): Promise<Map<string, LivePicture>> {
  const pictures = await Promise.allSettled(drops.map((drop) => readOne(redis, drop)));
  const fault = pictures.find((one) => one.status === 'rejected' && !isStoreFault(one.reason));
  if (fault) throw (fault as PromiseRejectedResult).reason;
  const read = new Map<string, LivePicture>();
  for (const [index, drop] of drops.entries()) {
    const one = pictures[index];
    if (one?.status === 'fulfilled') read.set(drop, one.value);
  }
  if (read.size === 0 && drops.length > 0) throw (pictures[0] as PromiseRejectedResult).reason;
  return read;
}

/** All keys of one drop lie on one server, and TIME, which has no key, goes there with them. */
async function readOne(redis: Redis, drop: string): Promise<LivePicture> {
  const { control, waiting, present, sessions } = dropKeys(drop);
  const [state, time, ...counts] = repliesOf(
    await redis
      .pipeline()
      .hmget(control, ...FIELDS, ...TEXTS)
      .time()
      .zcard(waiting)
      .zcard(present)
      .zcard(sessions)
      .exec(),
  );
  const [seconds = 0, micros = 0] = (time as (string | number)[]).map(Number);
  const nowUs = seconds * 1_000_000 + micros;
  const picture = pictureOf(state as (string | null)[], counts as number[], nowUs);
  return { ...picture, called: await redis.zcount(waiting, '-inf', picture.frontier) };
}

function pictureOf(control: (string | null)[], counts: number[], nowUs: number): LivePicture {
  const number = (name: (typeof FIELDS)[number]) => Number(control[FIELDS.indexOf(name)] ?? 0);
  const word = (name: (typeof TEXTS)[number]) => control[FIELDS.length + TEXTS.indexOf(name)] ?? '';
  const at = (name: (typeof FIELDS)[number]) => (number(name) > 0 ? dateOf(number(name)) : null);
  const [waiting = 0, present = 0, sessions = 0] = counts.map(Number);
  const reportedAt = at('cap_at_us');
  const isKnown = number('policy_version') > 0;
  return {
    asOf: dateOf(nowUs),
    phase: isKnown
      ? phaseOf(
          {
            override: word('override'),
            overrideUntilUs: number('override_until_us'),
            healUntilUs: number('heal_until_us'),
            lobbyOpensUs: number('lobby_opens_us'),
            closesUs: number('closes_us'),
            openedUs: number('opened_us'),
            revealedUs: number('revealed_us'),
            commit: word('commit'),
            soldOut: number('sold_out') === 1,
          },
          nowUs,
        )
      : 'scheduled',
    policyVersion: number('policy_version'),
    opensAt: at('opens_us'),
    lobbyOpensAt: at('lobby_opens_us'),
    openedAt: at('opened_us'),
    waiting,
    called: 0,
    present,
    sessions,
    frontier: number('frontier'),
    joinedTotal: number('joined_total'),
    enteredTotal: number('entered_total'),
    leftTotal: number('left_total'),
    missedTotal: number('missed_total'),
    soldOut: number('sold_out') === 1,
    capacity: reportedAt && {
      reportedAt,
      sellable: number('cap_sellable'),
      inside: number('cap_inside'),
    },
  };
}
