import { expect, test } from 'vitest';
import { beginChaos } from '../../chaos/chaos.ts';
import type { Harm } from '../../chaos/harms.ts';

function harm(to: string, told: string[], enough: () => void = () => {}): Harm {
  return {
    to,
    means: 'killed',
    awayMs: [0, 1],
    strike: async () => void told.push(`strike ${to}`),
    mend: async () => {
      told.push(`mend ${to}`);
      enough();
    },
  };
}

test('every process of a lane has its turn before one has a second, and what was struck is mended', async () => {
  const told: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const harms = ['room-1', 'room-2', 'admin'].map((to) =>
    harm(to, told, () => {
      if (told.length >= 12) resolve();
    }),
  );
  const chaos = beginChaos([{ harms, restMs: [0, 0] }], 1);
  expect(chaos.isThrough).toBe(false);
  await promise;
  expect(chaos.isThrough).toBe(true);
  const { blows, missed } = await chaos.end();
  expect(missed).toEqual([]);
  expect(new Set(blows.slice(0, 3).map(({ to }) => to)).size).toBe(3);
  expect(told.filter((line) => line.startsWith('strike'))).toHaveLength(blows.length);
  for (let at = 0; at < told.length; at += 2) expect(told[at + 1]).toBe(told[at]?.replace('strike', 'mend'));
});

test('what never happened is told, one instance standing for its kind', async () => {
  const chaos = beginChaos(
    [{ harms: [harm('room-1', []), harm('room-2', [])], restMs: [60_000, 60_000] }],
    1,
  );
  expect(await chaos.end()).toEqual({ blows: [], missed: ['room killed'] });
});

test('a process that does not come up again is a fault of the play', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const broken: Harm = {
    ...harm('room-1', []),
    mend: async () => {
      resolve();
      throw new Error('room-1 did not listen');
    },
  };
  const chaos = beginChaos([{ harms: [broken], restMs: [0, 0] }], 1);
  await promise;
  await expect(chaos.end()).rejects.toThrow('room-1 did not listen');
});
