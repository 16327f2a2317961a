/** Who comes: the kinds of shoppers and their shares, dealt out exactly, so that a small crowd has all of them too. */
import type { Random } from '../random.ts';
import { createRandom } from '../random.ts';

/**
 * regular: waits as told and buys · two-tabs: everything twice at the same time, at two instances · dropper: hangs up
 * before the answer comes and asks again · hammer: asks without pause, whatever the answer · leaver: gives the place up
 * by the button · no-show: does not come when called
 */
export type Kind = 'regular' | 'two-tabs' | 'dropper' | 'hammer' | 'leaver' | 'no-show';

/** Of 20. */
const SHARES: Readonly<Record<Kind, number>> = {
  regular: 11,
  'two-tabs': 3,
  dropper: 2,
  hammer: 1,
  leaver: 1,
  'no-show': 2,
};

/** One in so many comes only after the opening. */
const LATE_ONE_IN = 10;

export interface Character {
  readonly name: string;
  readonly kind: Kind;
  readonly address: string;
  /** After the lobby has opened. */
  readonly arrivesAfterMs: number;
  readonly random: Random;
}

export interface CastOptions {
  readonly shoppers: number;
  readonly seed: number | string;
  /** In which those come who are in time; the others come within as long again. */
  readonly lobbyMs: number;
}

/** The same options give the same cast. */
export function dealCast({ shoppers, seed, lobbyMs }: CastOptions): Character[] {
  const random = createRandom('cast', seed);
  const suit = Object.entries(SHARES).flatMap(([kind, count]) => Array<Kind>(count).fill(kind as Kind));
  const kinds: Kind[] = [];
  while (kinds.length < shoppers) kinds.push(...random.shuffled(suit));
  return kinds.slice(0, shoppers).map((kind, at) => {
    const own = createRandom('shopper', seed, at);
    const isLate = at % LATE_ONE_IN === LATE_ONE_IN - 1;
    return {
      name: `${kind} ${at + 1}`,
      kind,
      address: addressOf(at),
      arrivesAfterMs: Math.round((own.next() + (isLate ? 1 : 0)) * lobbyMs),
      random: own,
    };
  });
}

/** One address a shopper; every fourth comes by IPv6. */
export function addressOf(at: number): string {
  const high = (at >> 8) & 255;
  const low = at & 255;
  return at % 4 === 3
    ? `2001:db8:${at.toString(16)}:1::${(low + 1).toString(16)}`
    : `100.${64 + ((at >> 16) & 63)}.${high}.${low}`;
}
