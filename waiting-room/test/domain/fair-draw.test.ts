/** Whether the draw is fair, with fixed seeds: the figures are the same on every run. */
import { createSecretKey, hash } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { drawnOrder } from '../../src/domain/draw.ts';

/** A million HMACs on a busy machine. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const DRAWS = 10_000;
const SHOPPERS = 100;

/** `counts[a][p]`: how often the shopper who came a-th was drawn to place p. */
type Counts = number[][];

function countPlaces(orderOf: (draw: number, arrival: number) => number): Counts {
  const counts = Array.from({ length: SHOPPERS }, () => new Array<number>(SHOPPERS).fill(0));
  for (let draw = 0; draw < DRAWS; draw++) {
    const orders = Array.from({ length: SHOPPERS }, (_, arrival) => orderOf(draw, arrival));
    const byPlace = orders
      .map((_, arrival) => arrival)
      .sort((a, b) => (orders[a] as number) - (orders[b] as number));
    byPlace.forEach((arrival, place) => {
      const row = counts[arrival] as number[];
      row[place] = (row[place] as number) + 1;
    });
  }
  return counts;
}

/**
 * p of Pearson's chi-square over all cells against a uniform draw. Rows and columns are fixed sums, hence the degrees of
 * freedom; Wilson and Hilferty's cube root makes it normal, which at 9,801 degrees is exact to four digits.
 */
function chiSquareP(counts: Counts): number {
  const expected = DRAWS / SHOPPERS;
  const statistic =
    (counts.flat().reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) * (SHOPPERS - 1)) /
    SHOPPERS;
  const freedom = (SHOPPERS - 1) ** 2;
  const z = (Math.cbrt(statistic / freedom) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));
  return upperTail(z);
}

/** P(Z > z), Abramowitz and Stegun 7.1.26. */
function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const tail = (poly * Math.exp(-x * x)) / 2;
  return z >= 0 ? tail : 1 - tail;
}

/** Spearman's rank correlation between arrival and place over all draws. */
function spearman(counts: Counts): number {
  let squares = 0;
  for (const [arrival, row] of counts.entries()) {
    for (const [place, count] of row.entries()) squares += count * (arrival - place) ** 2;
  }
  return 1 - (6 * squares) / (DRAWS * SHOPPERS * (SHOPPERS ** 2 - 1));
}

const seeds = Array.from({ length: DRAWS }, (_, draw) =>
  createSecretKey(hash('sha256', `fairness seed ${draw}`, 'buffer')),
);
const numbers = Array.from({ length: SHOPPERS }, (_, arrival) =>
  hash('sha256', `fairness ticket ${arrival}`, 'base64url'),
);
const everyone = { band: 1, chances: 1 };

describe('10,000 draws of 100 shoppers', () => {
  let orders: Float64Array;
  const drawn = (draw: number, arrival: number) => orders[draw * SHOPPERS + arrival] as number;

  beforeAll(() => {
    orders = Float64Array.from({ length: DRAWS * SHOPPERS }, (_, at) =>
      drawnOrder(
        seeds[Math.floor(at / SHOPPERS)] as (typeof seeds)[number],
        numbers[at % SHOPPERS] as string,
        everyone,
      ),
    );
  });

  test('promise 4: every place is as likely for every shopper (chi-square, 0.001 < p < 0.999)', () => {
    const p = chiSquareP(countPlaces(drawn));
    expect(p).toBeGreaterThan(0.001);
    expect(p).toBeLessThan(0.999);
  });

  test('promise 4: arriving early helps nobody (|Spearman ρ| < 0.01)', () => {
    expect(Math.abs(spearman(countPlaces(drawn)))).toBeLessThan(0.01);
  });

  test('promise 4: a bias of 2 % for the first half would be detected', () => {
    const base = 2 ** 48;
    const biased = countPlaces((draw, arrival) => {
      const within = drawn(draw, arrival) - base;
      return arrival < SHOPPERS / 2 ? within * 0.98 : within;
    });
    expect(Math.abs(spearman(biased))).toBeGreaterThan(0.01);
  });
});

test('Q7: a band comes before the next whatever was drawn, and more chances never make a place worse', () => {
  const [seed] = seeds;
  if (seed === undefined) throw new Error('no seed');
  for (const number of numbers) {
    const one = drawnOrder(seed, number, everyone);
    expect(drawnOrder(seed, number, { band: 1, chances: 4 })).toBeLessThanOrEqual(one);
    expect(drawnOrder(seed, number, { band: 0, chances: 1 })).toBeLessThan(2 ** 48);
    expect(one).toBeGreaterThanOrEqual(2 ** 48);
    expect(drawnOrder(seed, number, { band: 3, chances: 1 })).toBeLessThan(4 * 2 ** 48);
  }
});

test('Q7: the order of a known seed and number is the one that the published formula gives', () => {
  // Computed once with another implementation: printf '%s\x00' "$number" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$seed
  const seed = createSecretKey(Buffer.alloc(32, 7));
  const number = 'A'.repeat(43);
  expect(drawnOrder(seed, number, everyone)).toBe(2 ** 48 + 0x2672e8a8c910);
});
