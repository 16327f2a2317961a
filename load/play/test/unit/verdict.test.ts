import { expect, test } from 'vitest';
import type { StockRow } from '../../judge/books.ts';
import type { LogLine } from '../../judge/log-line.ts';
import { judgeRate } from '../../judge/rate-bound.ts';
import { type Evidence, judge, type Verdict } from '../../judge/verdict.ts';
import { at, grantedUs, grantLine, madeUpDrop, NUMBERS, OPENED_US, orderAt } from './made-up-drop.ts';

/** The made-up drop with one thing about it changed. */
function broken(change: (drop: Evidence) => Partial<Evidence>): Verdict {
  const drop = madeUpDrop();
  return judge({ ...drop, ...change(drop) });
}

function withLog(change: (log: LogLine[]) => LogLine[]): Verdict {
  return broken(({ log }) => ({ log: change([...log]) }));
}

function withStock(change: Partial<StockRow>): Verdict {
  return broken(({ books }) => ({
    books: { ...books, stock: [{ ...(books.stock[0] as StockRow), ...change }] },
  }));
}

test('a drop in which everything is right is ok, with its figures', () => {
  const verdict = judge(madeUpDrop());
  expect(verdict.faults).toEqual([]);
  expect(verdict).toMatchObject({
    ok: true,
    sold: 4,
    held: 0,
    left: 0,
    captured: 4,
    ordersPaid: 4,
    tokensIssued: 4,
    drawnOrders: 5,
    forgeriesTried: 240,
    forgeryKinds: 12,
    burstSeen: 1,
    waitMsP50: 3000,
    waitMsP95: 5000,
  });
});

test('promise 1: one token too many in a window is seen, in the windows that hold it', () => {
  const verdict = withLog((log) =>
    log.map((line) =>
      line.kind === 'grant' && line.number === at(1) ? grantLine(1, grantedUs(0) + 50_000) : line,
    ),
  );
  expect(verdict).toMatchObject({
    ok: false,
    rateBoundViolations: 1,
    rateBoundViolationsByWindow: { '0.1': 1, '1': 0, '10': 0, '60': 0 },
  });
  expect(verdict.burstSeen).toBeCloseTo(1.95);
});

test('promise 1: a rate that is a tenth too fast shows in the long windows only', () => {
  const grants = Array.from({ length: 660 }, (_, at) => OPENED_US + Math.round((at * 1_000_000) / 11));
  const verdict = judgeRate(grants, { ratePerMinute: 600, burst: 10 });
  expect(verdict.violations).toMatchObject({ '0.1': 0, '1': 0 });
  expect(verdict.violations['60']).toBeGreaterThan(0);
  expect(judgeRate(grants, { ratePerMinute: 660, burst: 10 }).total).toBe(0);
});

test('promise 1: a session above maxSessions is seen at the entry that made it one too many', () => {
  const verdict = withLog((log) => log.filter((line) => line.kind !== 'end'));
  expect(verdict).toMatchObject({ ok: false, insideMax: 4, maxSessionsViolations: 2 });
});

test('promise 2: an entry over a lower order that had checked in is an inversion', () => {
  const verdict = withLog((log) =>
    log
      .map((line) => {
        if (line.kind !== 'grant') return line;
        if (line.number === at(0)) return grantLine(1, grantedUs(0));
        return line.number === at(1) ? grantLine(0, grantedUs(1)) : line;
      })
      .filter((line) => line.kind !== 'end'),
  );
  expect(verdict).toMatchObject({ ok: false, orderInversions: 1 });
});

test('promise 2: lower orders that came forward later, or had left, are no inversion', () => {
  const left: LogLine = { kind: 'end', us: OPENED_US + 1_500_000, number: at(0), reason: 'left' };
  const verdict = broken(({ log, books, places }) => ({
    log: [
      ...log.slice(0, 7),
      left,
      ...log.slice(7).filter((line) => !('number' in line) || line.number !== at(0)),
    ],
    places: { ...places, wantedToLeave: new Set([at(0)]) },
    books: { ...books, sessions: books.sessions.slice(1) },
  }));
  expect(verdict.orderInversions).toBe(0);
});

test('promise 2: somebody who came forward uncalled, and a frontier that went back, are inversions', () => {
  expect(
    withLog((log) => log.map((line) => (line.kind === 'call' ? { ...line, to: orderAt(2) } : line)))
      .orderInversions,
  ).toBe(1);
  const back: LogLine = { kind: 'call', us: OPENED_US + 3, from: orderAt(4), to: orderAt(1) };
  expect(withLog((log) => [...log, back]).orderInversions).toBe(1);
});

test('promise 3: a second entry of one ticket is seen in the log, a second session in the books', () => {
  expect(withLog((log) => [...log, grantLine(0, grantedUs(9))])).toMatchObject({
    ok: false,
    doubleAdmissions: 1,
  });
  const verdict = broken(({ books }) => ({
    books: {
      ...books,
      sessions: [...books.sessions, { sessionId: 'again', jti: at(0), reserveUntilMs: 0 }],
    },
  }));
  expect(verdict).toMatchObject({ ok: false, doubleAdmissions: 1 });
});

test('promise 3: a session that no grant explains, or that outlasts its grant, is a forgery that was accepted', () => {
  for (const session of [
    { sessionId: 'x', jti: 'nobody', reserveUntilMs: 1 },
    { sessionId: 's0', jti: at(0), reserveUntilMs: grantedUs(0) / 1000 + 3_600_000 },
  ]) {
    const verdict = broken(({ books }) => ({
      books: { ...books, sessions: [...books.sessions.slice(1), session] },
    }));
    expect(verdict).toMatchObject({ ok: false, forgeriesAccepted: 1 });
  }
});

test('promise 3: an attempt that was let through, and a check-in under a number nobody was given, are counted', () => {
  expect(broken(({ raid }) => ({ raid: { ...raid, accepted: ['alg-none at open session'] } }))).toMatchObject(
    { ok: false, forgeriesAccepted: 1 },
  );
  expect(
    broken(({ places }) => ({
      places: { ...places, issued: new Set(NUMBERS.filter((one) => one !== at(1))) },
    })),
  ).toMatchObject({ ok: false, placesForged: 1, forgeriesAccepted: 1 });
});

test('promise 4: a seed that was not committed to, and an order that is not the drawn one, are seen', () => {
  expect(broken(({ draw }) => ({ draw: { ...draw, commit: '00'.repeat(32) } }))).toMatchObject({
    ok: false,
    commitKept: false,
    drawMismatches: 0,
  });
  expect(broken(({ draw }) => ({ draw: { ...draw, seed: undefined } })).ok).toBe(false);
  expect(broken(() => ({ stillWaiting: [{ number: at(4), order: orderAt(4) + 1 }] }))).toMatchObject({
    ok: false,
    drawMismatches: 1,
  });
});

test('a place that is not known any more, and one that somebody else gave up, are seen', () => {
  expect(
    broken(({ places }) => ({ places: { ...places, known: new Set([at(0), at(1), at(2), at(3)]) } })),
  ).toMatchObject({ ok: false, placesLost: 1 });
  const taken: LogLine = { kind: 'end', us: OPENED_US, number: at(4), reason: 'left' };
  expect(withLog((log) => [...log, taken])).toMatchObject({ ok: false, placesTaken: 1 });
});

test('promise 7: a token that was given out without a grant in the log, and an order the books lost, are seen', () => {
  const acknowledge = (change: Partial<Evidence['acknowledged']>) =>
    broken(({ acknowledged }) => ({ acknowledged: { ...acknowledged, ...change } }));
  expect(acknowledge({ admitted: new Set([at(4)]) })).toMatchObject({ ok: false, admissionsLost: 1 });
  expect(acknowledge({ orders: new Set(['o0', 'o9']) })).toMatchObject({ ok: false, ordersLost: 1 });
});

test('promise 6: a unit sold twice is oversold, whatever the balances say', () => {
  expect(withStock({ unitsPaid: 5, sold: 5, available: -1 })).toMatchObject({
    ok: false,
    oversold: 1,
    lostUnits: 0,
  });
  expect(withStock({ unitsPaid: 5 })).toMatchObject({ ok: false, oversold: 1 });
});

test('promise 6: a unit that is in no balance any more is lost, at the end and in between', () => {
  expect(withStock({ unitsPaid: 3, sold: 3 })).toMatchObject({ ok: false, lostUnits: 1, oversold: 0 });
  const sample = { sku: 'shoe', putIn: 4, available: 1, held: 1, sold: 1, unitsHeld: 1, unitsPaid: 1 };
  expect(broken(() => ({ stockSamples: [[sample]] }))).toMatchObject({ ok: false, stockSamplesBroken: 1 });
});

test('promise 6: stock that was moved in counts, and units must make up what was ordered', () => {
  expect(withStock({ putIn: 5, available: 1 })).toMatchObject({ ok: false, left: 1, lostUnits: 0 });
});

test('promise 6: a second charge, an order without its money and money without its order are seen', () => {
  const charge = { id: 'c9', reference: 'r0', status: 'captured', amountMinor: 100 };
  expect(broken(({ books }) => ({ books: { ...books, charges: [...books.charges, charge] } }))).toMatchObject(
    { ok: false, doubleCharges: 1, captured: 5 },
  );
  expect(broken(({ books }) => ({ books: { ...books, charges: books.charges.slice(1) } }))).toMatchObject({
    ok: false,
    ordersUnpaid: 1,
  });
  expect(broken(({ books }) => ({ books: { ...books, orders: books.orders.slice(1) } }))).toMatchObject({
    ok: false,
    capturedWithoutOrder: 1,
    ordersAstray: 1,
  });
  expect(
    broken(({ books }) => ({
      books: { ...books, charges: books.charges.map((one) => ({ ...one, amountMinor: 99 })) },
    })),
  ).toMatchObject({ ok: false, ordersUnpaid: 4 });
});

test('a refunded or declined charge is no captured one', () => {
  const declined = { id: 'c9', reference: 'r0', status: 'declined', amountMinor: 100 };
  expect(broken(({ books }) => ({ books: { ...books, charges: [...books.charges, declined] } })).ok).toBe(
    true,
  );
});

test('what did not happen proves nothing: too few forgeries, an untried route, nobody drawn, nobody in', () => {
  expect(broken(({ raid }) => ({ raid: { ...raid, fewestTriesByKind: { 'kind-0': 20 } } })).ok).toBe(false);
  expect(
    broken(({ raid }) => ({
      raid: { ...raid, fewestTriesByKind: { ...raid.fewestTriesByKind, 'kind-0': 19 } },
    })).faults,
  ).toEqual(['kind-0 was tried only 19 times at some door']);
  expect(broken(({ raid }) => ({ raid: { ...raid, unattacked: ['GET /v1/new'] } })).ok).toBe(false);
  expect(broken(() => ({ stockSamples: [] })).ok).toBe(false);
  expect(broken(() => ({ harmsMissed: ['redis restarted'] })).faults).toEqual([
    '1 harms never done: redis restarted',
  ]);
  expect(withLog((log) => log.filter((line) => line.kind !== 'grant')).ok).toBe(false);
});

test('secrets in logs, failing services, stuck shoppers and stores that do not write through fail the drop', () => {
  expect(broken(() => ({ secretsLogged: 1 })).ok).toBe(false);
  expect(broken(() => ({ serverFaults: 1 })).ok).toBe(false);
  expect(broken(() => ({ stranded: ['shopper 1: no end'] })).ok).toBe(false);
  expect(broken(() => ({ durabilityFaults: ["PostgreSQL's fsync must be on"] }))).toMatchObject({
    ok: false,
    faults: ["PostgreSQL's fsync must be on"],
  });
});
