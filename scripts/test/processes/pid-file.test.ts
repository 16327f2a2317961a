// Work that only one process at a time may do, tried with several processes and with one that is killed in the middle.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { otherOwner } from '../../lib/pid-file.mjs';
import { repoRoot } from '../../lib/repo.mjs';
import { waitFor } from '../../lib/wait-for.mjs';

const SOURCE = `
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { exclusively } from ${JSON.stringify(join(repoRoot, 'scripts/lib/pid-file.mjs'))};
const [file, record, holds] = process.argv.slice(2);
await exclusively(file, async () => {
  appendFileSync(record, '(');
  await sleep(Number(holds));
  appendFileSync(record, ')');
});
`;

let folder: string;
let record: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-pid-'));
  record = join(folder, 'record');
  writeFileSync(record, '');
  writeFileSync(join(folder, 'worker.mjs'), SOURCE);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(holdsMs: number) {
  const args = [join(folder, 'worker.mjs'), join(folder, 'lock'), record, String(holdsMs)];
  return spawn(process.execPath, args, { stdio: 'inherit' });
}
const read = () => readFileSync(record, 'utf8');

test('several processes do the work one after another', async () => {
  await Promise.all([10, 20, 30].map(async (holdsMs) => once(start(holdsMs), 'exit')));
  expect(read()).toBe('()()()');
});

test('a process that was killed in the middle holds nobody up', { timeout: 60_000 }, async () => {
  const killed = start(600_000);
  await waitFor({
    isReady: () => read() === '(',
    timeoutMs: 20_000,
    describe: () => 'the first never began',
  });
  const next = start(0);
  killed.kill('SIGKILL');
  await once(next, 'exit');
  expect(read()).toBe('(()');
});

test('the owner of a file is a living process other than this one, or nobody', () => {
  const file = join(folder, 'owner.pid');
  expect(otherOwner(file)).toBeUndefined();
  writeFileSync(file, String(process.pid));
  expect(otherOwner(file)).toBeUndefined();
  writeFileSync(file, String(process.ppid));
  expect(otherOwner(file)).toBe(process.ppid);
  writeFileSync(file, '4194999'); // above the kernel's highest process id
  expect(otherOwner(file)).toBeUndefined();
  writeFileSync(file, 'nonsense');
  expect(otherOwner(file)).toBeUndefined();
});
