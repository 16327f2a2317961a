#!/usr/bin/env node
// @ts-check
// `npx sluice pause|resume|rate|drain|close|status <drop>`: steers a drop in the Redis that REDIS_URL names, or in that of
// the `npm start` that is running; with Postgres and the control plane down, too.

import { once } from 'node:events';
import { runEntry } from './lib/entry.mjs';

await runEntry(async () => {
  const { existsSync, readFileSync } = await import('node:fs');
  const { join } = await import('node:path');
  const { startProcess } = await import('./lib/processes.mjs');
  const { dataRoot, repoRoot } = await import('./lib/repo.mjs');
  const started = join(dataRoot, 'start', 'redis-url');
  const redisUrl = process.env.REDIS_URL ?? (existsSync(started) ? readFileSync(started, 'utf8') : undefined);
  const program = join(repoRoot, 'admin-ui/server/src/break-glass.ts');
  const { child } = await startProcess('sluice', process.execPath, [program, ...process.argv.slice(2)], {
    cwd: repoRoot,
    stdio: 'inherit',
    env: { ...process.env, REDIS_URL: redisUrl },
  });
  const [code] = await once(child, 'exit');
  return code ?? 1;
});
