// @ts-check
// `npm run test:teeth [-- <part of a name>]`: plants one deliberate bug after another in a copy of the tree; each time
// the test that is named for it must go red, and the unbroken tree green. Ends with 1 when one does not.

import { runEntry } from './lib/entry.mjs';

await runEntry(async () => {
  const { createProgress } = await import('./lib/progress.mjs');
  const { provisionPassingStores } = await import('./lib/provision-stores.mjs');
  const { listBugs, tryTeeth } = await import('./lib/teeth.mjs');
  const bugs = await listBugs(process.argv[2]);
  if (bugs.length === 0) {
    console.log(`No planted bug matches ${process.argv[2]}.`);
    return 1;
  }
  const progress = createProgress({ stream: process.stdout });
  const stores = await provisionPassingStores({ name: 'teeth', progress });
  const bites = await tryTeeth(bugs, {
    env: { REDIS_URL: stores.redisUrl, DATABASE_URL: stores.databaseUrl },
    tell: ({ name, ok, why }) => console.log(`${ok ? '✓' : '✗'} ${name}: ${why}`),
  });
  const bad = bites.filter(({ ok }) => !ok).length;
  console.log(
    `${bugs.length} bugs planted, ${bites.length - bad} as they should be, ${bad} not  ${progress.elapsedSeconds().toFixed(0)} s`,
  );
  return bad === 0 ? 0 : 1;
});
