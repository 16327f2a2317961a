/** The Caddy recipe in a real Caddy. */
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

test('5.10: Caddyfile: the whole check by the gate', async (context) => {
  const program = requiredProgram('CADDY_PATH', context);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-caddy-'));
  const port = await freePort();
  const recipe = await readFile(new URL('../recipes/Caddyfile', import.meta.url), 'utf8');
  const config = recipe
    .replace('shop.example {', `http://127.0.0.1:${port} {`)
    .replaceAll('127.0.0.1:9480', `127.0.0.1:${behind.gatePort}`)
    .replaceAll('127.0.0.1:3000', `127.0.0.1:${behind.originPort}`);
  await writeFile(join(folder, 'Caddyfile'), `{\n\tadmin off\n\tlog {\n\t\tlevel ERROR\n\t}\n}\n${config}`);
  const child = spawn(program, ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
  behind.closing.push(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntil(() => ask(url, '/').then(() => true), { what: 'Caddy' });

  await expectWholeCheck(url, behind.room);
  // What the client says of the request is not what is checked.
  const lying = { ...page, 'x-forwarded-uri': '/', 'x-forwarded-method': 'GET' };
  expect((await ask(url, '/buy', { headers: lying })).status).toBe(302);
  for (const inner of ['/.sluice/forward-auth', '/.sluice/authz/', '/.sluice/metrics'])
    expect([inner, (await ask(url, inner, { headers: page })).status]).toEqual([inner, 404]);
});
