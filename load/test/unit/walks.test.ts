import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Arrivals } from '../../bench/client/arrivals.ts';
import { loadWalks, saveWalks, TAKEN } from '../../bench/client/walks.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-walks-'));
const file = join(folder, 'walks.json');
afterAll(() => rmSync(folder, { recursive: true }));

describe('walks', () => {
  test('each step gets the values of its walk, its number, and what the step before has taken', () => {
    saveWalks(file, {
      kinds: [
        [
          { text: 'open {0} {n}', status: 201, take: { field: 'token', length: 2 } },
          { text: `{"buy":"${TAKEN}"} {1} {n}`, status: 200 },
        ],
        [{ text: 'look {0}', status: 204 }],
      ],
      walks: [
        [0, 'a', 'b'],
        [1, 'c'],
      ],
    });
    const next = loadWalks(file);
    const first = next(7);
    expect([first.request, first.status]).toEqual(['open a 000000000007', 201]);
    const second = first.after(Buffer.from('{"token":"xy"}'));
    expect([second?.request, second?.status]).toEqual(['{"buy":"xy"} b 000000000007', 200]);
    expect(second?.after(Buffer.from(''))).toBeNull();
    expect(next(8).request).toBe('look c');
    expect(() => next(9), 'no shopper comes twice').toThrow('all 2 walks');
  });

  test.each(['{}', '{"token":"xyz"}', '{"token":"x"}'])(
    'an answer without what is needed (%s) is an error',
    (body) => {
      saveWalks(file, {
        kinds: [[{ text: '', status: 201, take: { field: 'token', length: 2 } }]],
        walks: [[0]],
      });
      expect(() => loadWalks(file)(0).after(Buffer.from(body))).toThrow('without "token" of 2 characters');
    },
  );
});

describe('arrivals', () => {
  test('as many come as the rate says, each handed out once, and none after the end', () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    const arrivals = new Arrivals(1000, 0, 10_000, random);
    const taken: number[] = [];
    for (let now = 0; now <= 11_000; now += 7)
      for (let at = arrivals.take(now); at !== null; at = arrivals.take(now)) {
        expect(at).toBeLessThanOrEqual(now);
        taken.push(at);
      }
    expect(taken.length).toBeGreaterThan(9_600);
    expect(taken.length).toBeLessThan(10_400);
    expect(taken).toEqual([...new Set(taken)].sort((a, b) => a - b));
    expect(taken.at(-1)).toBeLessThan(10_000);
    expect(arrivals.isOver).toBe(true);
  });
});
