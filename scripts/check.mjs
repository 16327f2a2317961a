// @ts-check
// `npm run check`: format, lint, types, layers and unused code, without any store.

import { refuseUnknown, runEntry } from './lib/entry.mjs';

await runEntry(async () => {
  refuseUnknown(process.argv.slice(2), []);
  const { describePure, PURE_LAYERS, runPureLayers } = await import('./lib/pure-layers.mjs');
  const startedAt = performance.now();
  const results = await runPureLayers(PURE_LAYERS);
  for (const result of results) console.log(describePure(result));
  const failed = results.filter(({ ok }) => !ok).length;
  console.log(
    `${results.length - failed} passed, ${failed} failed in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
  );
  return failed > 0 ? 1 : 0;
});
