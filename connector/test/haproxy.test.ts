/** The HAProxy recipe in a real HAProxy. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../scripts/lib/ports.mjs';
import { requiredProgram } from '../../scripts/lib/required-program.mjs';
import { ask } from './support/ask.ts';
import { type BehindProxy, expectWholeCheck, page, startBehindProxy } from './support/proxies.ts';

let behind: BehindProxy;
beforeAll(async () => {
  behind = await startBehindProxy();
});
afterAll(() => behind.close());

/** @param gatePort where the recipe finds the gate */
async function startHaproxy(program: string, gatePort: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-haproxy-'));
  const port = await freePort();
  const fill = async (name: string, file: string) => {
    const recipe = await readFile(new URL(`../recipes/${name}`, import.meta.url), 'utf8');
    const filled = recipe
      .replaceAll('127.0.0.1:9480', `127.0.0.1:${gatePort}`)
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${behind.originPort}`)
      .replace('bind :80', `bind 127.0.0.1:${port}`)
      .replace('/etc/haproxy/sluice.lua', join(folder, 'sluice.lua'));
    await writeFile(join(folder, file), filled);
  };
  await fill('sluice.lua', 'sluice.lua');
  await fill('haproxy.cfg', 'haproxy.cfg');
  // -db: in the foreground; -q: only what goes wrong.
  const child = spawn(program, ['-db', '-q', '-f', join(folder, 'haproxy.cfg')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  behind.closing.push(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntil(() => ask(url, '/.sluice/none').then(({ status }) => status === 404), { what: 'HAProxy' });
  return url;
}

test('5.10: haproxy.cfg: the whole check by the gate', async (context) => {
  const url = await startHaproxy(requiredProgram('HAPROXY_PATH', context), behind.gatePort);
  await expectWholeCheck(url, behind.room);
  // What the client says of the request is not what is checked.
  const lying = { ...page, 'x-forwarded-uri': '/', 'x-forwarded-method': 'GET' };
  expect((await ask(url, '/buy', { headers: lying })).status).toBe(302);
});

test('5.10: without the gate the shop behind HAProxy stays closed', async (context) => {
  const url = await startHaproxy(requiredProgram('HAPROXY_PATH', context), await freePort());
  expect((await ask(url, '/', { headers: page })).status).toBe(503);
});
