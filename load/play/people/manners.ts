/** What shoppers do once they are in. Dealt in the order in which they get there, so that every drop has all of it. */
import { createRandom } from '../random.ts';

export type Manner =
  | 'buy'
  /** The bank is slow, but says yes. */
  | 'pay-slowly'
  /** The money is taken and the answer never comes; whoever waits has an order in the end. */
  | 'pay-into-silence'
  | 'decline-then-pay'
  | 'decline-then-leave'
  /** Asks for more than one shopper may have, then for what is allowed. */
  | 'greedy'
  /** Gives the hold back and leaves. */
  | 'release'
  /** Closes the browser while holding. */
  | 'abandon'
  /** Looks around and leaves without a hold. */
  | 'walk-out';

/** Of 20. */
const SUIT: readonly Manner[] = [
  ...Array<Manner>(9).fill('buy'),
  ...Array<Manner>(2).fill('decline-then-pay'),
  ...Array<Manner>(2).fill('release'),
  ...(['pay-slowly', 'pay-into-silence', 'decline-then-leave', 'greedy', 'abandon', 'walk-out'] as const),
  'buy',
];

/** Deals manners without end; each 20 have all of them. */
export function createManners(seed: number | string): () => Manner {
  const random = createRandom('manners', seed);
  let dealt: Manner[] = [];
  return () => {
    if (dealt.length === 0) dealt = random.shuffled(SUIT);
    return dealt.pop() as Manner;
  };
}
