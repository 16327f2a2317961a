// What `npm run dev` adds: a changed file restarts the services made of it, and no other.

import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Stack, startStack } from '../../lib/stack.mjs';
import { foldersOf, watchServices } from '../../lib/watch-services.mjs';
import { writeEntry, writeStandIns } from '../support/stand-ins.ts';

const PATIENT = { timeoutMs: 30_000 };
const ROOM = 'waiting-room/src/server.ts';

let root: string;
let stack: Stack;
let stopping: AbortController;
let notes: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-watch-'));
  await writeStandIns(root);
  for (const file of [
    'service-kit/src/index.ts',
    'waiting-room/lua/join.lua',
    'waiting-room/test/x.test.ts',
  ]) {
    await mkdir(join(root, file, '..'), { recursive: true });
    await writeFile(join(root, file), '');
  }
  const { REDIS_URL: redisUrl = '', DATABASE_URL: databaseUrl = '' } = process.env;
  stack = await startStack({
    name: `watch-test-${process.pid}`,
    root,
    logDir: join(root, 'logs'),
    redisUrl,
    databaseUrl,
  });
  stopping = new AbortController();
  notes = [];
  const note = (text: string) => void notes.push(text);
  await watchServices({ root, watched: foldersOf(stack), stopping: stopping.signal, note });
}, 120_000);

afterEach(async () => {
  stopping.abort();
  await stack.stop();
  await rm(root, { recursive: true, force: true });
});

const pids = () =>
  [...stack.rooms, ...stack.checkouts, stack.admin, stack.storefront].map((service) => service?.pid);
const answers = async () => (await fetch(stack.rooms[0]?.internalUrl ?? '')).ok;

test('a Lua file restarts its own service alone, on the same address; a test file restarts nothing', {
  timeout: 90_000,
}, async () => {
  const before = pids();
  await appendFile(join(root, 'waiting-room/test/x.test.ts'), '// changed');
  await appendFile(join(root, 'waiting-room/lua/join.lua'), '-- changed');
  await waitUntil(() => notes.length > 0, PATIENT);
  expect(notes).toEqual([expect.stringMatching(/^waiting-room-1 restarted in \d/)]);
  const after = pids();
  expect(after[0]).not.toBe(before[0]);
  expect(after.slice(1)).toEqual(before.slice(1));
  expect(await answers()).toBe(true);
});

test('what all services load restarts all of them', { timeout: 90_000 }, async () => {
  const before = pids();
  await appendFile(join(root, 'service-kit/src/index.ts'), '// changed');
  await waitUntil(() => notes.length === before.length, PATIENT);
  expect(pids().filter((pid) => before.includes(pid))).toEqual([]);
});

test('a mistake is told with the last words of the service, and mending it brings the service back', {
  timeout: 90_000,
}, async () => {
  await writeEntry(root, ROOM, 'this is no program');
  await waitUntil(
    () => notes.some((note) => /waiting-room-1 ended while starting[\s\S]*SyntaxError/.test(note)),
    PATIENT,
  );
  await writeStandIns(root);
  await waitUntil(answers, PATIENT);
});
