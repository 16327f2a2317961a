import { expect, test } from 'vitest';
import { PHASES, type Phase } from '../../src/domain/phase.ts';
import { aboutSoMany, crowdPollAfterMs, pulseDocument } from '../../src/domain/pulse.ts';

const facts = {
  drop: 'd',
  phase: 'open' as Phase,
  epoch: 'e',
  generation: { count: 3, reason: 'returned' as const },
  asOfMs: Date.UTC(2026, 0, 1),
  lobbyOpensUs: Date.UTC(2025, 11, 31) * 1000,
  opensUs: Date.UTC(2026, 0, 1) * 1000,
  closesUs: 0,
  waiting: 1234,
  ratePerMinute: 300,
  outflowPerMinute: 290.4,
  showRate: 0.512,
  callableUntil: 77,
  callWindowUs: 120_000_000,
  graceUs: 480_000_000,
  returnSpreadUs: 30_000_000,
  healUntilUs: 0,
  commit: '',
  page: { message: { en: 'Hi' } },
  products: null,
};
const map = { ranks: [0], orders: [5], total: 1 };
const read = (phase: Phase) => JSON.parse(pulseDocument({ ...facts, phase }, map));

test('Q8: before the reveal the pulse holds nothing that depends on an order, and only a rounded count', () => {
  for (const phase of ['scheduled', 'lobby', 'drawing'] as Phase[]) {
    const pulse = read(phase);
    expect(pulse).toMatchObject({ waiting: 1200, headCount: 1200 });
    expect(JSON.stringify(pulse)).not.toMatch(/rankMap|callable|1234/);
  }
});

test('Q20: after it the pulse holds the rank map and what may be called next', () => {
  for (const phase of [
    'open',
    'paused',
    'queue_all',
    'healing',
    'draining',
    'pass_through',
    'sold_out',
  ] as Phase[])
    expect(read(phase)).toMatchObject({ phase, waiting: 1234, rankMap: map, callableUntil: 77 });
});

test('Q26: those whose ticket is of another epoch come back over the policy’s spread, or what is left of the time for it', () => {
  const spread = (sinceLossMs: number | null) =>
    JSON.parse(
      pulseDocument(
        { ...facts, healUntilUs: sinceLossMs === null ? 0 : (facts.asOfMs + 30_000 - sinceLossMs) * 1000 },
        null,
      ),
    ).returnSpreadMs;
  expect([null, 0, 12_000, 28_000, 60_000].map(spread)).toEqual([30_000, 30_000, 18_000, 5000, 5000]);
});

test('Q12, Q21: the pulse tells the generation of its rank map, and why it changed last', () => {
  expect(read('open')).toMatchObject({ generation: 3, generationReason: 'returned' });
});

test('the checkout’s picture stands in the pulse as it was written', () => {
  const text = pulseDocument({ ...facts, products: '{"currency":"EUR"}' }, null);
  expect(JSON.parse(text).stock).toEqual({ currency: 'EUR' });
});

test('a head count is told with two digits, so that no single join shows', () => {
  const told = [0, 1, 9, 10, 99, 104, 105, 999, 1049, 1_234_567].map(aboutSoMany);
  expect(told).toEqual([0, 1, 9, 10, 99, 100, 110, 1000, 1000, 1_200_000]);
});

test('every phase tells readers when to ask again: 2 to 30 seconds, sooner near an opening', () => {
  for (const phase of PHASES) {
    const ms = crowdPollAfterMs({ ...facts, phase });
    expect(ms).toBeGreaterThanOrEqual(2000);
    expect(ms).toBeLessThanOrEqual(30_000);
  }
  const until = (seconds: number) =>
    crowdPollAfterMs({ ...facts, phase: 'lobby', asOfMs: facts.asOfMs - seconds * 1000 });
  expect([until(3600), until(100), until(5)]).toEqual([30_000, 10_000, 2000]);
});
