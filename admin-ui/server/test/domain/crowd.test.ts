import { expect, test } from 'vitest';
import { ARRIVAL_PROFILES, dealCrowd } from '../../src/domain/crowd.ts';

/** Numbers from 0 to 1 that are the same in every run. */
function numbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
const settings = {
  shoppers: 100,
  arrivals: 'steady',
  noShowShare: 0.1,
  buyShare: 0.5,
  declineShare: 0.2,
} as const;

test('the shares are dealt out exactly: of all, of those inside, of those who pay', () => {
  const manners = dealCrowd(settings, 60_000, numbers()).map(({ manner }) => manner);
  const count = (wanted: string) => manners.filter((manner) => manner === wanted).length;
  expect([count('no-show'), count('buy'), count('be-declined'), count('give-back')]).toEqual([10, 36, 9, 45]);
});

test('a crowd of one, and shares of all and nothing, are crowds', () => {
  for (const share of [0, 1]) {
    const shares = { noShowShare: share, buyShare: share, declineShare: share };
    for (const shoppers of [1, 2000])
      expect(dealCrowd({ ...settings, ...shares, shoppers }, 5000, numbers())).toHaveLength(shoppers);
  }
});

test.each(ARRIVAL_PROFILES)('a %s crowd comes when it says', (arrivals) => {
  const lobbyMs = 60_000;
  const times = dealCrowd({ ...settings, arrivals }, lobbyMs, numbers()).map(
    ({ arrivesAfterMs }) => arrivesAfterMs,
  );
  const within = (from: number, to: number) => times.filter((ms) => ms >= from && ms <= to).length;
  expect(within(0, lobbyMs + 120_000)).toBe(100);
  if (arrivals === 'late') expect(within(0, lobbyMs - 1)).toBe(0);
  if (arrivals === 'rush') expect(within(lobbyMs - 10_000, lobbyMs)).toBeGreaterThan(80);
  if (arrivals === 'steady') expect(within(0, lobbyMs / 2)).toBeGreaterThan(15);
});

test('no two of a crowd come from one address, and nobody has theirs', () => {
  const addresses = dealCrowd({ ...settings, shoppers: 2000 }, 5000, numbers()).map(({ address }) => address);
  expect(new Set(addresses).size).toBe(2000);
  for (const address of addresses) expect(address).toMatch(/^198\.18\./);
});
