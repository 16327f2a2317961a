import { expect, test } from 'vitest';

test('Q24: the name of an epoch is random: two that were made apart are never the same, as counters would be', async () => {
  const apart = await Promise.all([
    import('../../src/queue/epoch.ts?one' as '../../src/queue/epoch.ts'),
    import('../../src/queue/epoch.ts?two' as '../../src/queue/epoch.ts'),
  ]);
  const names = apart.flatMap(({ randomEpoch }) => Array.from({ length: 100 }, randomEpoch));
  expect(new Set(names).size).toBe(200);
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{16}$/);
});
