/**
 * The verdict over one drop: every promise that can be judged from what is written down, as one flat object, and one
 * sentence for each that was broken. Pure: the same evidence is always the same verdict.
 */

import type { OutageRecord } from '../gates/outage.ts';
import { type Acknowledged, judgeAcknowledged } from './acknowledged.ts';
import type { Books, StockRow } from './books.ts';
import { type DrawEvidence, judgeDraw, placesOf } from './drawn-orders.ts';
import { judgeEntries } from './entries.ts';
import { grantsOf, type LogLine, leasesOf } from './log-line.ts';
import { findOrderInversions } from './order-inversions.ts';
import { judgePayments } from './payment-books.ts';
import { judgePlaces, type PlacesEvidence } from './places.ts';
import { judgeRate } from './rate-bound.ts';
import { judgeSessions } from './sessions-inside.ts';
import { judgeStock } from './stock-books.ts';
import { measureWaits } from './waits.ts';

/** Named kinds of forgery at the least, and tries of each at each door at the least. */
export const FORGERY_KINDS_MIN = 12;
export const TRIES_PER_KIND_MIN = 20;

export interface RaidEvidence {
  readonly tried: number;
  /** Of each kind, at the door where it was tried least. */
  readonly fewestTriesByKind: Readonly<Record<string, number>>;
  /** Attempts that were let through, as `kind at door`. */
  readonly accepted: readonly string[];
  /** Protected routes that nobody tried to break into. */
  readonly unattacked: readonly string[];
}

/** The policy as it was ordered, not as the services hold it. */
export interface PolicyEvidence {
  readonly ratePerMinute: number;
  readonly burst: number;
  readonly maxSessions: number;
}

export interface Evidence {
  readonly shoppers: number;
  readonly stock: number;
  readonly log: readonly LogLine[];
  readonly books: Books;
  readonly policy: PolicyEvidence;
  readonly draw: DrawEvidence;
  readonly places: PlacesEvidence;
  readonly acknowledged: Acknowledged;
  /** Tickets still waiting at the end, with their orders. */
  readonly stillWaiting: readonly { readonly number: string; readonly order: number }[];
  readonly raid: RaidEvidence;
  /** Stock as it stood during the drop, sample by sample. */
  readonly stockSamples: readonly (readonly StockRow[])[];
  /** Tokens, tickets, secrets, credentials and addresses found in the logs of services. */
  readonly secretsLogged: number;
  /** Answers that say that a service failed: 500 and above, but for 503. */
  readonly serverFaults: number;
  /** Shoppers whose way did not come to an end, and why. */
  readonly stranded: readonly string[];
  /** Kinds of harm that a play with chaos should have done and did not; empty for a play without. */
  readonly harmsMissed: readonly string[];
  /** The room gone and gates on their own; undefined when none were played. */
  readonly outage: OutageRecord | undefined;
  /** Settings of the stores that must not be off; the sentences of those that are. */
  readonly durabilityFaults: readonly string[];
}

export type Verdict = ReturnType<typeof judge>;

export function judge(evidence: Evidence) {
  const { log, books, policy, raid } = evidence;
  const grants = grantsOf(log);
  const leases = leasesOf(log);
  const rate = judgeRate(
    log.filter(({ kind }) => kind === 'grant' || kind === 'lease').map(({ us }) => us),
    policy,
  );
  const inversions = findOrderInversions(log);
  const sessions = judgeSessions(log, policy.maxSessions);
  const entries = judgeEntries(grants, books.sessions, leases);
  const stock = judgeStock(books.stock);
  const payments = judgePayments(books);
  const draw = judgeDraw(evidence.draw, [...placesOf(log), ...evidence.stillWaiting]);
  const places = judgePlaces(log, evidence.places);
  const acknowledged = judgeAcknowledged(evidence.acknowledged, [...grants, ...leases], books.orders);
  const samples = evidence.stockSamples.map((rows) => judgeStock(rows));
  const kinds = Object.entries(raid.fewestTriesByKind);

  const figures = {
    shoppers: evidence.shoppers,
    stock: evidence.stock,
    ...stock,
    ...payments,
    orderInversions: inversions.length,
    tokensIssued: entries.tokensIssued,
    sessionsOpened: entries.sessionsOpened,
    leases: leases.length,
    leasesSpent: entries.leasesSpent,
    roomAwayMs: evidence.outage?.awayMs ?? 0,
    rateBoundViolations: rate.total,
    rateBoundViolationsByWindow: rate.violations,
    burst: policy.burst,
    burstSeen: Math.round(rate.burstSeen * 1000) / 1000,
    maxSessions: policy.maxSessions,
    maxSessionsViolations: sessions.maxSessionsViolations,
    insideMax: sessions.insideMax,
    doubleAdmissions: sessions.doubleAdmissions + entries.doubleSessions,
    ...draw,
    ...places,
    ...acknowledged,
    stockSamples: samples.length,
    stockSamplesBroken: samples.filter(({ oversold, lostUnits }) => oversold + lostUnits > 0).length,
    forgeriesTried: raid.tried,
    forgeryKinds: kinds.length,
    forgeriesAccepted: raid.accepted.length + entries.sessionsWithoutGrant + places.placesForged,
    secretsLogged: evidence.secretsLogged,
    serverFaults: evidence.serverFaults,
    ...measureWaits(log),
  };

  const faults: string[] = [...evidence.durabilityFaults];
  const demand = (isKept: boolean, fault: string) => {
    if (!isKept) faults.push(fault);
  };
  const none = (count: number, what: string) => demand(count === 0, `${count} ${what}`);

  none(figures.rateBoundViolations, 'windows with more tokens than rate and burst allow (promise 1)');
  none(figures.maxSessionsViolations, 'entries above maxSessions (promise 1)');
  none(figures.orderInversions, `calls or entries out of order (promise 2): ${listed(inversions)}`);
  none(figures.doubleAdmissions, 'entries or sessions beyond one a ticket (promise 3)');
  none(
    figures.forgeriesAccepted,
    `forgeries accepted (promise 3): ${raid.accepted.slice(0, 3).join(', ') || 'found in the stores'}`,
  );
  demand(draw.commitKept, 'the seed is not the one committed to before the lobby (promise 4)');
  none(figures.drawMismatches, 'places that seed and number do not give (promise 4)');
  none(figures.placesLost, 'places lost');
  none(figures.admissionsLost, 'tokens given out that the log knows no grant of (promise 7)');
  none(figures.ordersLost, 'orders told to shoppers that the books do not have (promise 7)');
  none(figures.placesTaken, 'places given up by somebody else than their holder');
  none(figures.oversold, 'units oversold (promise 6)');
  none(figures.lostUnits, 'units lost or made up (promise 6)');
  none(figures.stockSamplesBroken, 'moments at which the stock did not add up (promise 6)');
  demand(
    stock.sold + stock.held + stock.left === evidence.stock,
    `sold, held and left make ${stock.sold + stock.held + stock.left} of ${evidence.stock} units (promise 6)`,
  );
  none(figures.doubleCharges, 'reservations charged more than once (promise 6)');
  none(figures.ordersUnpaid, 'orders without their own captured payment (promise 6)');
  none(figures.capturedWithoutOrder, 'payments captured without an order (promise 6)');
  none(figures.ordersAstray, 'paid reservations and orders that do not match (promise 6)');
  none(figures.serverFaults, 'answers of 500 and above (promise 8)');
  none(figures.secretsLogged, 'secrets or addresses in the logs');
  none(evidence.stranded.length, `shoppers got stuck: ${evidence.stranded.slice(0, 3).join('; ')}`);
  // What did not happen proves nothing.
  demand(figures.drawnOrders > 0, 'nobody was drawn: the lobby was not tried');
  demand(figures.tokensIssued > 0, 'nobody entered');
  demand(figures.ordersPaid > 0, 'nobody bought');
  demand(figures.stockSamples > 0, 'the stock was never looked at during the drop');
  demand(
    figures.forgeryKinds >= FORGERY_KINDS_MIN,
    `only ${figures.forgeryKinds} kinds of forgery were tried`,
  );
  for (const [kind, tries] of kinds)
    demand(tries >= TRIES_PER_KIND_MIN, `${kind} was tried only ${tries} times at some door`);
  if (evidence.outage) {
    demand(evidence.outage.awayMs > 0, 'the room was never away: gates were not tried');
    demand(figures.leasesSpent > 0, 'nobody came in by a lease');
  }
  none(evidence.harmsMissed.length, `harms never done: ${evidence.harmsMissed.join(', ')}`);
  none(raid.unattacked.length, `protected routes without an attack: ${raid.unattacked.join(', ')}`);

  return { ok: faults.length === 0, ...figures, faults };
}

function listed(inversions: readonly { readonly what: string }[]): string {
  return [...new Set(inversions.map(({ what }) => what))].join(', ') || 'none';
}
