// @ts-check
// `npm test`: provisions what the tests need, then every layer in order. `npm test -- <path or name>` runs the test
// files whose path contains it, or else the tests whose name does. The last line is the count of all of it.

import { runEntry } from './lib/entry.mjs';

await runEntry(async () => {
  const args = process.argv.slice(2);
  const { testEverything } = await import('./lib/test-everything.mjs');
  const { testSome } = await import('./lib/test-some.mjs');
  const tally = args.length === 0 ? await testEverything() : await testSome(args);
  for (const { name, reason } of tally.skips) console.log(`skipped: ${name} (${reason})`);
  for (const name of tally.failures) console.log(`failed: ${name}`);
  console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skips.length} skipped`);
  return tally.failed > 0 || tally.passed === 0 ? 1 : 0;
});
