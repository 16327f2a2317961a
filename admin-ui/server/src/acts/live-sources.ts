/** Where the control room's picture comes from, beside Redis: the acts that are drawn into it, and the units in the ledger. */
import { isStoreFault } from '@sluice/service-kit';
import type { Balance } from '../clients/checkout.ts';
import { CheckoutFault } from '../clients/checkout-http.ts';
import { actOfEntry, actOfJournal, type LiveAct } from '../domain/live-act.ts';
import type { Units } from '../domain/live-sample.ts';
import type { ControlPlane } from './control-plane.ts';

/** More than anyone does to a drop in a quarter of an hour, and all that fits on a screen. */
const ACTS_MAX = 50;

export type LiveSources = Pick<ControlPlane, 'audit' | 'journal' | 'ledger' | 'checkout'>;

export interface ActsReading {
  /** Latest first. */
  readonly acts: readonly LiveAct[];
  readonly isLedgerAnswering: boolean;
}

/** With the journal in Redis, so that an act is seen at once whether the ledger answers or not. */
export async function readActs(sources: LiveSources, drop: string): Promise<ActsReading> {
  const { audit, journal, ledger } = sources;
  const kept = await journal.read(drop).catch(ignoreStoreFault);
  const journaled = (kept ?? []).map(actOfJournal).reverse();
  const entries = ledger.isDown()
    ? undefined
    : await audit
        .readBack({ drop, before: Number.MAX_SAFE_INTEGER, limit: ACTS_MAX })
        .catch(ignoreStoreFault);
  return {
    acts: [...journaled, ...(entries ?? []).map(actOfEntry)].slice(0, ACTS_MAX),
    isLedgerAnswering: entries !== undefined,
  };
}

/** Undefined: there is no checkout of ours, it does not answer, or does not know the drop yet. */
export async function readUnits({ checkout }: LiveSources, drop: string): Promise<Units | undefined> {
  if (!checkout) return undefined;
  try {
    const balances = await checkout.balances(drop);
    if (!balances) return undefined;
    const sum = (of: (one: Balance) => number) => balances.reduce((all, one) => all + of(one), 0);
    return { sold: sum(({ sold }) => sold), total: sum(({ total }) => total), atMs: Date.now() };
  } catch (error) {
    if (error instanceof CheckoutFault) return undefined;
    throw error;
  }
}

function ignoreStoreFault(error: unknown): undefined {
  if (!isStoreFault(error)) throw error;
  return undefined;
}
