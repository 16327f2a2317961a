/** The files an instance heals drops from, on a disk that takes nothing for a while (Q25). */
import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CodeUses } from '../../src/queue/code-uses.ts';
import { Copies } from '../../src/queue/copies.ts';
import { HandedOut } from '../../src/queue/handed-out.ts';
import { HealingFiles } from '../../src/queue/healing-files.ts';

const key = createSecretKey(randomBytes(32));
const grant = { iat: 1, exp: 2, bind: 'b'.repeat(43) };

let folder: string;
/** Told of each failure. */
let onError: () => void;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'room-files-'));
  onError = () => {};
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function instance() {
  const kept = { copies: new Copies(), handedOut: new HandedOut(), codeUses: new CodeUses() };
  const log = { error: () => onError() };
  return { ...kept, files: new HealingFiles({ folder, key, ...kept, log: log as never }) };
}

const failure = () =>
  new Promise<void>((resolve) => {
    onError = resolve;
  });

test('Q28: a session that the disk did not take is written as soon as it takes one, with those that came meanwhile', async () => {
  const { files, handedOut } = instance();
  await files.start();
  const journal = join(folder, 'd.sessions');
  mkdirSync(journal); // nothing can be appended to it
  handedOut.granted('d', 'first', grant, 1);
  const failed = failure();
  vi.advanceTimersToNextTimer();
  await failed;
  handedOut.granted('d', 'second', grant, 1);
  rmdirSync(journal);
  await files.close();
  const next = instance();
  await next.files.start();
  expect([...next.handedOut.all('d')].map(({ number }) => number)).toEqual(['first', 'second']);
  await next.files.close();
  expect(readFileSync(journal, 'utf8')).toContain('second');
});

test('closed in the middle of writing, it never writes again', async () => {
  const { files, handedOut } = instance();
  await files.start();
  mkdirSync(join(folder, 'd.sessions'));
  handedOut.granted('d', 'first', grant, 1);
  const closed = new Promise<void>((resolve) => {
    onError = () => {
      onError = () => {};
      void files.close().then(resolve);
    };
  });
  vi.advanceTimersToNextTimer();
  await closed;
  expect(vi.getTimerCount()).toBe(0);
});
