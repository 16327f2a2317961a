// `npm start` as a newcomer meets it, in a tree whose services are stand-ins: addresses, ports in use, Ctrl-C, data
// that stays and data that is wiped. Redis and PostgreSQL are the real ones it brings itself.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repoRoot } from '../../lib/repo.mjs';
import { waitFor } from '../../lib/wait-for.mjs';
import { writeEntry, writeStandIns } from '../support/stand-ins.ts';

let root: string;
let started: { child: ChildProcess; said: () => string }[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-start-'));
  await cp(join(repoRoot, 'scripts'), join(root, 'scripts'), { recursive: true });
  await cp(join(repoRoot, 'package-lock.json'), join(root, 'package-lock.json'));
  await symlink(join(repoRoot, 'node_modules'), join(root, 'node_modules'));
  await writeStandIns(root);
});

afterEach(async () => {
  for (const { child } of started) await end(child);
  started = [];
  await rm(root, { recursive: true, force: true });
});

function start(...args: string[]) {
  const { REDIS_URL: _redis, DATABASE_URL: _database, ...env } = process.env;
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  const run = { child, said: () => text };
  started.push(run);
  return run;
}

async function untilReady({ child, said }: ReturnType<typeof start>) {
  await waitFor({
    isReady: () => said().includes('Ctrl-C stops everything'),
    hasFailed: () => child.exitCode !== null,
    timeoutMs: 25_000,
    describe: () => `not ready:\n${said()}`,
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGINT') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Command lines of living processes that mention this tree. */
function processesOfTree(): string[] {
  return execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(root) && !line.startsWith('Z'));
}

test('tells where everything is and when the sample drop opens, and Ctrl-C leaves no process behind', async () => {
  const run = start();
  await untilReady(run);
  for (const word of ['Shop', 'Waiting page', 'Admin API', 'API docs', 'Metrics', 'Ready in', 'opens in']) {
    expect(run.said()).toContain(word);
  }
  expect(processesOfTree().length).toBeGreaterThan(5);
  await end(run.child);
  expect(run.child.exitCode).toBe(130);
  await waitFor({
    isReady: () => processesOfTree().length === 0,
    timeoutMs: 5_000,
    describe: () => `left behind:\n${processesOfTree().join('\n')}`,
  });
});

test('data, keys and databases stay for the next start, and --fresh wipes them', {
  timeout: 90_000,
}, async () => {
  const key = () => readFileSync(join(root, '.sluice/start/keys/operator-key'), 'utf8');
  const first = start();
  await untilReady(first);
  const firstKey = key();
  await end(first.child);
  const second = start();
  await untilReady(second);
  expect(key()).toBe(firstKey);
  await end(second.child);
  const third = start('--fresh');
  await untilReady(third);
  expect(key()).not.toBe(firstKey);
});

test('a port in use is stepped over and said', async () => {
  const blocker = createServer().listen(8000, '127.0.0.1');
  const listening = await Promise.race([
    once(blocker, 'listening').then(() => true),
    once(blocker, 'error').then(() => false), // somebody else has it: as good for this test
  ]);
  const run = start();
  await untilReady(run);
  if (listening) blocker.close();
  expect(run.said()).toContain('port 8000 is in use');
  expect(run.said()).not.toMatch(/Shop\s+http:\/\/localhost:8000/);
});

test('a second start on the same data is refused with the process that has it', async () => {
  const first = start();
  await untilReady(first);
  const second = start();
  await once(second.child, 'exit');
  expect(second.child.exitCode).toBe(1);
  expect(second.said()).toContain(`in use by process ${first.child.pid}`);
});

test('a service that does not start is told in its own words, and nothing is left behind', async () => {
  await writeEntry(
    root,
    'waiting-room/src/server.ts',
    "console.log('PUBLIC_URL must be a URL'); process.exit(2);",
  );
  const run = start();
  await once(run.child, 'exit');
  expect(run.child.exitCode).toBe(1);
  expect(run.said()).toContain('PUBLIC_URL must be a URL');
  expect(processesOfTree()).toEqual([]);
});

test('an unknown argument is refused before anything is made', async () => {
  const run = start('--frsh');
  await once(run.child, 'exit');
  expect(run.child.exitCode).toBe(1);
  expect(run.said()).toContain('Unknown argument "--frsh"');
  expect(existsSync(join(root, '.sluice'))).toBe(false);
});
