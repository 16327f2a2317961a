// @ts-check
// `npm run gc -- [--dry-run] [--drop <id>] [--without-roster] [--json]`: removes from Redis what no drop needs there,
// after it is stored. Of REDIS_URL, DATABASE_URL and SEED_KEY_FILE, or of what `npm start` left or is running.

import { once } from 'node:events';
import { runEntry } from './lib/entry.mjs';

await runEntry(async () => {
  const { join } = await import('node:path');
  const { lastingDatabase } = await import('./lib/lasting-database.mjs');
  const { lastingRedis, lastingSeedKeyFile } = await import('./lib/lasting-redis.mjs');
  const { startProcess } = await import('./lib/processes.mjs');
  const { createProgress } = await import('./lib/progress.mjs');
  const { repoRoot } = await import('./lib/repo.mjs');
  const program = join(repoRoot, 'admin-ui/server/src/gc.ts');
  const run = async (/** @type {NodeJS.ProcessEnv} */ env) => {
    const { child } = await startProcess('gc', process.execPath, [program, ...process.argv.slice(2)], {
      cwd: repoRoot,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    const [code] = await once(child, 'exit');
    return code ?? 1;
  };
  const given = ['REDIS_URL', 'DATABASE_URL'].filter((name) => process.env[name]);
  // One of them alone is a mistake: the program says which is missing.
  if (given.length > 0) return run({});
  const progress = createProgress();
  return run({
    DATABASE_URL: await progress.step('books', lastingDatabase),
    REDIS_URL: await progress.step('Redis', lastingRedis),
    SEED_KEY_FILE: process.env.SEED_KEY_FILE || lastingSeedKeyFile(),
  });
});
