// @ts-check
// `npm run test:long [-- <part of a path>]`: the tests that have a long form, at full length: thousands of cut
// connections, hundreds of kills. `npm test` runs their short form. A test has one if it asks service-kit for `times`.

import { runEntry } from './lib/entry.mjs';

await runEntry(async () => {
  const { readFileSync } = await import('node:fs');
  const { join } = await import('node:path');
  const { repoRoot } = await import('./lib/repo.mjs');
  const { testFiles, testSome } = await import('./lib/test-some.mjs');
  const wanted = process.argv.slice(2);
  const files = testFiles().filter(
    (file) =>
      /\b(?:times|isLong)\b[^;]*@sluice\/service-kit\/testing/.test(
        readFileSync(join(repoRoot, file), 'utf8'),
      ) &&
      (wanted.length === 0 || wanted.some((part) => file.includes(part))),
  );
  if (files.length === 0) {
    console.log(`No test with a long form matches ${wanted.join(' ')}.`);
    return 1;
  }
  process.env.SLUICE_LONG = '1';
  const tally = await testSome(files);
  for (const name of tally.failures) console.log(`failed: ${name}`);
  console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skips.length} skipped`);
  return tally.failed > 0 ? 1 : 0;
});
