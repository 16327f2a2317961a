// `npm start` as a newcomer meets it, in a tree whose services are stand-ins: addresses, ports in use, Ctrl-C, data
// that stays and data that is wiped. Redis and PostgreSQL are the real ones it brings itself.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { repoRoot } from '../../lib/repo.mjs';
import { waitFor } from '../../lib/wait-for.mjs';
import { writeEntry, writeStandIns } from '../support/stand-ins.ts';

/** Two stores and four services, while other tests keep the machine busy. */
const READY_MS_MAX = 60_000;
const TEST_MS_MAX = 180_000;
vi.setConfig({ testTimeout: TEST_MS_MAX });

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
  return startWith({}, ...args);
}

function startWith(more: NodeJS.ProcessEnv, ...args: string[]) {
  const { REDIS_URL: _redis, DATABASE_URL: _database, ...env } = process.env;
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, ...more },
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
    timeoutMs: READY_MS_MAX,
    describe: () => `not ready:\n${said()}`,
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGINT') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Its end, and all that it has said: what it wrote last may be read after its exit is known. */
const untilSaid = (child: ChildProcess) => once(child, 'close');

/** Command lines of living processes that mention this tree. */
function processesOfTree(): string[] {
  return execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(root) && !line.startsWith('Z'));
}

/** The guard outlives what it guards by a moment. */
async function untilNothingIsLeft() {
  await waitFor({
    isReady: () => processesOfTree().length === 0,
    timeoutMs: 10_000,
    describe: () => `left behind:\n${processesOfTree().join('\n')}`,
  });
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
  await untilNothingIsLeft();
});

test('data, keys and databases stay for the next start, and --fresh wipes them', async () => {
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
  await untilSaid(second.child);
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
  await untilSaid(run.child);
  expect(run.child.exitCode).toBe(1);
  expect(run.said()).toContain('PUBLIC_URL must be a URL');
  await untilNothingIsLeft();
});

test('an unknown argument is refused before anything is made', async () => {
  const run = start('--frsh');
  await untilSaid(run.child);
  expect(run.child.exitCode).toBe(1);
  expect(run.said()).toContain('Unknown argument "--frsh"');
  expect(existsSync(join(root, '.sluice'))).toBe(false);
});

test('with REDIS_URL and DATABASE_URL it uses those stores, says so, and brings none of its own', async () => {
  const { REDIS_URL = '', DATABASE_URL = '' } = process.env;
  const own = new URL(REDIS_URL);
  own.pathname = '/255'; // no test takes it
  const database = `start_test_${process.pid}`;
  const client = new pg.Client({ connectionString: DATABASE_URL });
  await client.connect();
  const server = new URL(DATABASE_URL);
  await client.query(`create database ${database}`);
  server.pathname = `/${database}`;
  const run = startWith({ REDIS_URL: own.href, DATABASE_URL: server.href });
  await untilReady(run);
  expect(run.said()).toContain(`using REDIS_URL ${own.href}`);
  expect(run.said()).toContain('using DATABASE_URL postgres://127.0.0.1');
  expect(run.said()).not.toContain(`${server.password}@`);
  expect(existsSync(join(root, '.sluice/start/redis'))).toBe(false);
  expect(existsSync(join(root, '.sluice/start/postgres'))).toBe(false);
  await end(run.child);
  await client.query(`drop database ${database} with (force)`);
  await client.end();
});

test.each([
  ['REDIS_URL', 'redis://127.0.0.1:1', /REDIS_URL \(redis:\/\/127\.0\.0\.1:1\) does not answer/],
  [
    'DATABASE_URL',
    'postgres://u:hidden@127.0.0.1:1/x',
    /DATABASE_URL \(postgres:\/\/127\.0\.0\.1:1\/x\) does not answer/,
  ],
  ['REDIS_URL', 'nonsense', /REDIS_URL must be/],
  ['DATABASE_URL', 'nonsense', /DATABASE_URL must be/],
])('%s=%s is one sentence, without a stack and without its password', async (variable, value, sentence) => {
  const run = startWith({ [variable]: value });
  await untilSaid(run.child);
  expect(run.child.exitCode).toBe(1);
  expect(run.said()).toMatch(sentence);
  expect(run.said()).not.toMatch(/hidden|\n\s+at /);
  await untilNothingIsLeft();
});

test('--fresh does not touch stores that somebody else provides', async () => {
  const run = startWith({ REDIS_URL: 'redis://127.0.0.1:1' }, '--fresh');
  await untilSaid(run.child);
  expect([run.child.exitCode, run.said()]).toEqual([1, expect.stringContaining('--fresh wipes only')]);
});

test('stopped in the middle of the installation, it takes npm down with it', async () => {
  await rm(join(root, 'node_modules'));
  const npm = join(root, 'npm-stand-in.js');
  await writeFile(
    npm,
    "console.log('installing'); require('fs').writeFileSync(__filename + '.began', ''); setInterval(() => {}, 1000);",
  );
  const run = startWith({ npm_execpath: npm });
  await waitFor({
    isReady: () => existsSync(`${npm}.began`),
    timeoutMs: READY_MS_MAX,
    describe: () => `npm was not started:\n${run.said()}`,
  });
  await end(run.child, 'SIGTERM');
  expect(run.child.exitCode).toBe(143);
  await untilNothingIsLeft();
});
