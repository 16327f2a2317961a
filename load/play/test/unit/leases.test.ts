/** What the judge makes of entries on lease to gates (5.12). */
import { describe, expect, test } from 'vitest';
import { type Evidence, judge } from '../../judge/verdict.ts';
import { grantedUs, madeUpDrop } from './made-up-drop.ts';

describe('5.12: entries by lease, with the room away', () => {
  /** Somebody who stood at a gate: leased when nobody else entered, spent, paid for. */
  const leasedUs = grantedUs(3) + 60_000_000;
  const withLease = (evidence: Evidence): Evidence => ({
    ...evidence,
    log: [...evidence.log, { kind: 'lease', us: leasedUs, number: 'gate' }],
    books: {
      ...evidence.books,
      sessions: [
        ...evidence.books.sessions,
        { sessionId: 's-gate', jti: 'gate', reserveUntilMs: leasedUs / 1000 + 500_000 },
      ],
    },
    acknowledged: {
      ...evidence.acknowledged,
      admitted: new Set([...evidence.acknowledged.admitted, 'gate']),
    },
    outage: { awayMs: 20_000, entries: 1 },
  });

  test('a lease is a grant: its session is no forgery, its token is not lost', () => {
    expect(judge(withLease(madeUpDrop()))).toMatchObject({
      ok: true,
      leases: 1,
      leasesSpent: 1,
      roomAwayMs: 20_000,
    });
  });

  test('promise 3: a session that no lease stands for is a forgery, a token of none is lost', () => {
    const evidence = withLease(madeUpDrop());
    const verdict = judge({ ...evidence, log: evidence.log.filter(({ kind }) => kind !== 'lease') });
    expect(verdict).toMatchObject({ ok: false, forgeriesAccepted: 1, admissionsLost: 1 });
  });

  test('promise 1: leases count against the rate at the time they were given', () => {
    const evidence = withLease(madeUpDrop());
    const more = Array.from(
      { length: 3 },
      (_, at) => ({ kind: 'lease', us: leasedUs + at, number: `more-${at}` }) as const,
    );
    expect(judge({ ...evidence, log: [...evidence.log, ...more] }).rateBoundViolations).toBeGreaterThan(0);
  });

  test('what did not happen proves nothing', () => {
    const evidence = { ...madeUpDrop(), outage: { awayMs: 0, entries: 0 } };
    expect(judge(evidence).faults).toEqual([
      'the room was never away: gates were not tried',
      'nobody came in by a lease',
    ]);
  });
});
