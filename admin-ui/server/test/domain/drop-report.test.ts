import { expect, test } from 'vitest';
import { type LogLine, parseLogEntry } from '../../src/domain/drop-log.ts';
import { createReportCollector } from '../../src/domain/drop-report.ts';
import { placeReference, readReference } from '../../src/domain/place-reference.ts';
import { createStoryCollector } from '../../src/domain/ticket-story.ts';

const OPENED = 1_800_000_000_000_000;
const line = (kind: string, atSeconds: number, more: Partial<LogLine> = {}): LogLine => ({
  ...{
    kind,
    us: OPENED + atSeconds * 1e6,
    number: undefined,
    order: undefined,
    reason: undefined,
    reach: undefined,
  },
  ...more,
});

test('a log becomes figures: waits from the opening or the arrival, each ticket one entry', () => {
  const collector = createReportCollector();
  for (const one of [
    line('open', 0),
    line('checkin', 9, { number: 'a', order: 5 }),
    line('grant', 10, { number: 'a', order: 5 }),
    line('grant', 10, { number: 'b', order: 6 }),
    line('missed', 15, { number: 'm', order: 7 }),
    line('end', 16, { number: 'l', reason: 'left' }),
    line('lost', 17),
    line('grant', 20, { number: 'a', order: 5 }),
    line('grant', 40, { number: 'c', order: OPENED + 10e6 }),
    line('end', 50, { number: 'a', reason: 'paid' }),
    line('end', 51, { number: 'b', reason: 'released' }),
    line('end', 52, { number: 'c', reason: 'expired' }),
    // Lapsed in the line, never inside.
    line('end', 53, { number: 'x', reason: 'expired' }),
  ])
    collector.see(one);
  expect(collector.figures()).toEqual({
    openedAt: new Date(OPENED / 1000).toISOString(),
    firstEntryAt: new Date(OPENED / 1000 + 10_000).toISOString(),
    lastEntryAt: new Date(OPENED / 1000 + 40_000).toISOString(),
    entered: 3,
    checkedIn: 1,
    noShows: 1,
    abandoned: 1,
    bought: 1,
    leftWithoutBuying: { released: 1, expired: 1, revoked: 0 },
    waitSeconds: { p50: 10, p90: 30, p99: 30, longest: 30 },
    losses: 1,
  });
  expect(createReportCollector().figures()).toMatchObject({ entered: 0, waitSeconds: null, openedAt: null });
});

test('a story is in the order in which it happened, and tells how it ended', () => {
  const collector = createStoryCollector('a', null);
  for (const one of [
    line('open', 0),
    line('call', 2, { reach: 4 }),
    line('call', 3, { reach: 9 }),
    line('call', 4, { reach: 99 }),
    line('checkin', 5, { number: 'a', order: 5 }),
    line('grant', 6, { number: 'a', order: 5 }),
    line('grant', 6, { number: 'b', order: 6 }),
    line('end', 7, { number: 'a', reason: 'paid' }),
  ])
    collector.see(one);
  const { order, events } = collector.story(null);
  expect(order).toBe(5);
  expect(events.map(({ at, what }) => [what, at && (Date.parse(at) * 1000 - OPENED) / 1e6])).toEqual([
    ['joined', null],
    ['drawn', 0],
    ['called', 3],
    ['checked-in', 5],
    ['entered', 6],
    ['paid', 7],
  ]);
  expect(createStoryCollector('nobody', null).story(null)).toEqual({ order: null, events: [] });
});

test('lines are read by their names, wherever they stand', () => {
  const grant = { kind: 'grant', us: 12, number: 'k', order: 5 };
  expect(parseLogEntry(['k', 'grant', 'us', '12', 'n', 'k', 'o', '5', 'exp', '9'])).toMatchObject([grant]);
  expect(parseLogEntry(['k', 'call', 'us', '9', 'f', '3', 't', '8'])[0]?.reach).toBe(8);
  expect(parseLogEntry([])).toMatchObject([{ kind: '', us: 0, number: undefined }]);
});

test('those who were granted together stand in one entry, and are told one by one in their order', () => {
  expect(parseLogEntry(['k', 'grant', 'us', '12', 'n', 'k l', 'o', '5 8', 'exp', '9'])).toMatchObject([
    { kind: 'grant', us: 12, number: 'k', order: 5 },
    { kind: 'grant', us: 12, number: 'l', order: 8 },
  ]);
});

test('a reference is read however it is typed', () => {
  for (const [number, reference] of [
    ['AAAAAAAA', '222-222'],
    ['q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ', '5CK-PW4'],
    ['_-_-_-_-_-_-', '5K4-5K4'],
  ] as const) {
    expect(placeReference(number)).toBe(reference);
    expect(readReference(reference.toLowerCase().replace('-', ' '))).toBe(reference);
  }
  for (const bad of ['', 'K7Q-4M', 'K7Q-4MDX', 'K0Q-4MD', 'AAA-AAA'])
    expect(readReference(bad), bad).toBeUndefined();
});
