// @ts-check
// `npm start`: everything a drop needs, from nothing, with a sample drop that opens in a minute.
// `-- --fresh` wipes earlier data, `-- --logs` shows every log line instead of warnings only.

import { hasFlag, refuseUnknown, runEntry } from './lib/entry.mjs';

await runEntry(async (stopping) => {
  const args = process.argv.slice(2);
  refuseUnknown(args, ['--fresh', '--logs']);
  const { runAll } = await import('./lib/run-all.mjs');
  await runAll({ stopping, fresh: hasFlag(args, '--fresh'), allLogs: hasFlag(args, '--logs'), crowd: true });
});
