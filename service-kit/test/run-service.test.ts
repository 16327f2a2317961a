import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterEach, expect, test } from 'vitest';
import type { LogLine } from './support/test-app.ts';

const file = fileURLToPath(new URL('./support/tiny-service.ts', import.meta.url));
const good = { TINY_TOKEN: 'long-enough', HOST: '127.0.0.1' };
/** A new process on a busy machine takes its time. */
const patient = { timeoutMs: 20_000 };

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [file], { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' });
  children.push(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const lines = (): LogLine[] =>
    out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const said = (msg: string) =>
    waitUntil(() => lines().find((line) => line.msg === msg), { ...patient, what: msg });
  return { child, lines, ended, said, stderr: () => err };
}

test('SIGTERM lets the requests in flight finish, takes no new ones, and ends with 0', async () => {
  const service = start(good);
  const { url } = await service.said('listening');
  const held = fetch(`${url}/held`);
  await service.said('held');
  service.child.kill('SIGTERM');
  expect(await (await held).json()).toEqual({ finished: true });
  expect(await service.ended).toBe(0);
  await expect(fetch(`${url}/livez`)).rejects.toThrow();
  expect(
    service
      .lines()
      .map(({ msg }) => msg)
      .slice(-4),
  ).toEqual(['listening', 'held', 'closing', 'closed']);
});

test('a wrong configuration: every fault on a line of its own, exit code 2, nothing else', async () => {
  const service = start({ PORT: 'x', LOG_LEVEL: 'loud', TINY_TOKEN: 'short', TRUSTED_PROXIES: 'nginx' });
  expect(await service.ended).toBe(2);
  const faults = service.stderr().trim().split('\n');
  expect(faults.map((line) => line.split(':').slice(0, 2).join(':')).sort()).toEqual([
    'tiny: LOG_LEVEL',
    'tiny: PORT',
    'tiny: TINY_TOKEN',
    'tiny: TRUSTED_PROXIES',
  ]);
  expect(service.lines()).toEqual([]);
});

test('what keeps it from starting is logged, and it ends with 1', async () => {
  const service = start({ ...good, BEHAVIOUR: 'cannot start' });
  expect(await service.ended).toBe(1);
  expect(service.lines()).toMatchObject([
    { level: 60, msg: 'cannot start', err: { message: 'the store is not there' } },
  ]);
});

test('a service that does not come to an end is ended all the same', async () => {
  const service = start({ ...good, BEHAVIOUR: 'never closes' });
  await service.said('listening');
  service.child.kill('SIGTERM');
  expect(await service.ended).not.toBe(0);
});

test('an error that nobody caught: it is logged, the service closes in order and ends with 1', async () => {
  const service = start(good);
  const { url } = await service.said('listening');
  await fetch(`${url}/breaks`).catch(() => {});
  expect(await service.ended).toBe(1);
  expect(service.lines().map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['unexpected fault, closing', 'closed']),
  );
});
