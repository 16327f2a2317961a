/** The Envoy recipes in a real Envoy. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { freePort } from '../../scripts/lib/ports.mjs';
import { requiredProgram } from '../../scripts/lib/required-program.mjs';
import { ask } from './support/ask.ts';
import { type BehindProxy, DROP, expectWholeCheck, startBehindProxy } from './support/proxies.ts';

let behind: BehindProxy;
beforeAll(async () => {
  behind = await startBehindProxy();
});
afterAll(() => behind.close());

/** @returns where it listens */
async function startEnvoy(
  context: TestContext,
  recipe: string,
  change: (text: string) => string,
): Promise<string> {
  const program = requiredProgram('ENVOY_PATH', context);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-envoy-'));
  const port = await freePort();
  const text = await readFile(new URL(`../recipes/${recipe}`, import.meta.url), 'utf8');
  const config = change(text)
    .replace('0.0.0.0, port_value: 8000', `127.0.0.1, port_value: ${port}`)
    .replaceAll('port_value: 3000', `port_value: ${behind.originPort}`);
  const file = join(folder, 'envoy.yaml');
  await writeFile(file, config);
  const args = ['-c', file, '--use-dynamic-base-id', '--log-level', 'warn', '--concurrency', '1'];
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  behind.closing.push(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntil(() => ask(url, '/').then(() => true), { what: 'Envoy' });
  return url;
}

describe('5.10: the recipes in a real Envoy', () => {
  test('envoy.yaml: the whole check by the gate', async (context) => {
    const { gatePort, room } = behind;
    const url = await startEnvoy(context, 'envoy.yaml', (text) => text.replaceAll('9480', String(gatePort)));
    await expectWholeCheck(url, room);
  });

  test('envoy-jwt.yaml: the token alone, and what that does not see', async (context) => {
    const { room } = behind;
    const { hostname, port } = new URL(room.url);
    const url = await startEnvoy(context, 'envoy-jwt.yaml', (text) =>
      text
        .replace('https://room.example/.well-known', `${room.url}/.well-known`)
        .replace('issuer: https://room.example', `issuer: ${room.url}`)
        .replace('address: room.example, port_value: 443', `address: ${hostname}, port_value: ${port}`)
        .replace(/ {6}transport_socket:\n(?: {8}.*\n)+/, ''),
    );
    const visit = async (
      flaw?: 'forged' | 'altered' | 'other-drop' | 'other-room' | 'expired' | 'unsigned' | 'stolen',
    ) => {
      const { headers } = await room.issue({ drop: DROP, ...(flaw && { flaw }) });
      return (await ask(url, '/buy', { headers: { ...headers } })).status;
    };
    expect((await ask(url, '/', {})).status).toBe(200);
    expect(await visit()).toBe(200);
    for (const flaw of ['forged', 'altered', 'unsigned', 'other-drop', 'other-room', 'expired'] as const)
      expect([flaw, [401, 403].includes(await visit(flaw))]).toEqual([flaw, true]);
    // As the recipe says: a copied token passes.
    expect(await visit('stolen')).toBe(200);
  });
});
