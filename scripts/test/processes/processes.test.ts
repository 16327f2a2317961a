// No process is left behind, however a script ends.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { waitFor } from '../../lib/wait-for.mjs';

const sleeper = fileURLToPath(new URL('../support/sleeper.mjs', import.meta.url));

async function startSleeper(how: string) {
  const script = spawn(process.execPath, [sleeper, how], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(script, 'exit');
  const [line] = await once(script.stdout, 'data');
  const { child, grandchild } = JSON.parse(line.toString()) as { child: number; grandchild: number };
  return { script, ended, pids: [child, grandchild] };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function expectNoneLeft(pids: number[]) {
  await waitFor({
    isReady: () => !pids.some(isAlive),
    timeoutMs: 30_000,
    describe: () => `still there: ${pids.filter(isAlive)}`,
  });
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('after %s nothing is left and the exit code says so', async (signal, code) => {
  const { script, ended, pids } = await startSleeper('wait');
  expect(pids.every(isAlive)).toBe(true);
  script.kill(signal);
  expect(await ended).toEqual([code, null]);
  await expectNoneLeft(pids);
});

test('after kill -9 of the script nothing is left', async () => {
  const { script, ended, pids } = await startSleeper('wait');
  script.kill('SIGKILL');
  await ended;
  await expectNoneLeft(pids);
});

test('a child that ignores the request to end is killed with its children', async () => {
  const { script, ended, pids } = await startSleeper('stubborn');
  script.kill('SIGTERM');
  expect(await ended).toEqual([143, null]);
  await expectNoneLeft(pids);
});

test('after an error nothing is left and the exit code is 1', async () => {
  const { ended, pids } = await startSleeper('fail');
  expect(await ended).toEqual([1, null]);
  await expectNoneLeft(pids);
});

test('after a normal end nothing is left and the exit code is the one returned', async () => {
  const { ended, pids } = await startSleeper('end');
  expect(await ended).toEqual([3, null]);
  await expectNoneLeft(pids);
});
