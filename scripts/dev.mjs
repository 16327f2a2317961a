// @ts-check
// `npm run dev`: all services, each restarted when its files change, all log lines shown. `-- --crowd` sends the
// simulated shoppers of `npm start` too, `-- --fresh` wipes earlier data.

import { hasFlag, refuseUnknown, runEntry } from './lib/entry.mjs';

await runEntry(async (stopping) => {
  const args = process.argv.slice(2);
  refuseUnknown(args, ['--fresh', '--crowd']);
  const { runAll } = await import('./lib/run-all.mjs');
  await runAll({
    stopping,
    watch: true,
    fresh: hasFlag(args, '--fresh'),
    allLogs: true,
    crowd: hasFlag(args, '--crowd'),
  });
});
