/** The verdict over a load: what k6's thresholds say, and what the stores say, which is not the same. Pure. */
import type { Books } from '../play/judge/books.ts';
import { judgeEntries } from '../play/judge/entries.ts';
import { grantsOf, type LogLine } from '../play/judge/log-line.ts';
import { findOrderInversions } from '../play/judge/order-inversions.ts';
import { judgePayments } from '../play/judge/payment-books.ts';
import { judgeRate } from '../play/judge/rate-bound.ts';
import { judgeSessions } from '../play/judge/sessions-inside.ts';
import { judgeStock } from '../play/judge/stock-books.ts';
import type { PolicyEvidence } from '../play/judge/verdict.ts';
import { measureWaits } from '../play/judge/waits.ts';

/** What of k6's summary is read. */
export interface K6Summary {
  readonly metrics: Readonly<
    Record<
      string,
      {
        readonly values: Readonly<Record<string, number>>;
        readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
      }
    >
  >;
}

export interface LoadEvidence {
  readonly summary: K6Summary;
  readonly log: readonly LogLine[];
  readonly books: Books;
  readonly stock: number;
  readonly policy: PolicyEvidence;
  readonly durabilityFaults: readonly string[];
}

export function judgeLoad({ summary, log, books, stock, policy, durabilityFaults }: LoadEvidence) {
  const grants = grantsOf(log);
  const rate = judgeRate(
    grants.map(({ us }) => us),
    policy,
  );
  const sessions = judgeSessions(log, policy.maxSessions);
  const entries = judgeEntries(grants, books.sessions);
  const units = judgeStock(books.stock);
  const payments = judgePayments(books);
  const figures = {
    ...k6Figures(summary),
    stock,
    ...units,
    ...payments,
    tokensIssued: entries.tokensIssued,
    orderInversions: findOrderInversions(log).length,
    rateBoundViolations: rate.total,
    maxSessionsViolations: sessions.maxSessionsViolations,
    doubleAdmissions: sessions.doubleAdmissions + entries.doubleSessions,
    ...measureWaits(log),
  };
  const faults = [...durabilityFaults, ...missedThresholds(summary)];
  const none = (count: number, what: string) => {
    if (count > 0) faults.push(`${count} ${what}`);
  };
  none(figures.orderInversions, 'calls or entries out of order (promise 2)');
  none(figures.rateBoundViolations, 'windows with more tokens than rate and burst allow (promise 1)');
  none(figures.maxSessionsViolations, 'entries above maxSessions (promise 1)');
  none(figures.doubleAdmissions, 'entries or sessions beyond one a ticket (promise 3)');
  none(figures.oversold, 'units oversold (promise 6)');
  none(figures.lostUnits, 'units lost or made up (promise 6)');
  none(figures.doubleCharges, 'reservations charged more than once (promise 6)');
  none(
    figures.ordersUnpaid + figures.capturedWithoutOrder,
    'orders and payments that do not match (promise 6)',
  );
  // What did not happen proves nothing.
  if (figures.tokensIssued === 0) faults.push('nobody entered');
  if (figures.ordersPaid === 0) faults.push('nobody bought');
  return { ok: faults.length === 0, ...figures, faults };
}

function k6Figures({ metrics }: K6Summary) {
  const value = (metric: string, name: string) => metrics[metric]?.values[name] ?? 0;
  return {
    shoppers: value('iterations', 'count'),
    requests: value('http_reqs', 'count'),
    joinMsP50: Math.round(value('join_ms', 'med')),
    joinMsP95: Math.round(value('join_ms', 'p(95)')),
    joinMsP99: Math.round(value('join_ms', 'p(99)')),
  };
}

/** Each threshold that k6 found missed, in k6's words. */
function missedThresholds({ metrics }: K6Summary): string[] {
  return Object.entries(metrics).flatMap(([metric, { thresholds = {} }]) =>
    Object.entries(thresholds).flatMap(([expression, { ok }]) =>
      ok ? [] : [`threshold missed: ${metric} ${expression}`],
    ),
  );
}
