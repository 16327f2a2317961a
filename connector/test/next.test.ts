/** The guide's pastes for Next.js in a Next.js that is built and runs: as `proxy.js` on Node, and as `middleware.js` at its edge. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { freePort } from '../../scripts/lib/ports.mjs';
import { requiredProgram } from '../../scripts/lib/required-program.mjs';
import { buildPackage } from '../build.mjs';
import { type FakeRoom, startFakeRoom } from '../src/testing.ts';
import { ask } from './support/ask.ts';
import { expectProtected, readPastes, type Shop } from './support/guide.ts';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const DROP = 'sneaker-1';
const pastes = await readPastes('protect-your-origin');
const paste = (name: string) => pastes.get(name) as string;

let room: FakeRoom;
const children: ChildProcess[] = [];
const folders: string[] = [];
beforeAll(async () => {
  room = await startFakeRoom();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  await room.close();
});

/** An application with the pastes as `files` says, and the package as it is published, built and started. */
async function startNext(context: TestContext, files: Readonly<Record<string, string>>): Promise<Shop> {
  const home = requiredProgram('NEXT_PATH', context);
  const folder = await mkdtemp(join(home, 'app-'));
  folders.push(folder);
  const all = {
    'package.json': JSON.stringify({ private: true, type: 'module' }),
    'next.config.js': `export default { turbopack: { root: ${JSON.stringify(home)} } };`,
    'app/layout.js': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>;',
    'app/page.js': 'export default () => <p>everybody</p>;',
    'app/buy/route.js': paste('app/buy/route.js'),
    'connector.js': paste('connector.js'),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  await buildPackage(join(folder, 'node_modules/@sluice/connector'));
  await cp(join(MODULES, 'jose'), join(folder, 'node_modules/jose'), { recursive: true, dereference: true });

  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, ROOM_URL: room.url, SHOP_URL: url, DROP, NEXT_TELEMETRY_DISABLED: '1' };
  const next = join(home, 'node_modules/next/dist/bin/next');
  // vitest says `test`, which Next.js takes for a third kind of environment.
  const built = { cwd: folder, env: { ...env, NODE_ENV: 'production' as const } };
  await promisify(execFile)(process.execPath, [next, 'build'], built);
  const args = [next, 'start', '--hostname', '127.0.0.1', '--port', String(port)];
  children.push(spawn(process.execPath, args, { ...built, stdio: ['ignore', 'ignore', 'inherit'] }));
  await waitUntil(() => ask(url, '/').then(() => true), { what: 'Next.js' });
  return { where: url, url };
}

const KINDS = {
  'proxy.js, on Node': { 'proxy.js': paste('proxy.js') },
  'middleware.js, at the edge': {
    'middleware.js': paste('proxy.js').replace('export const proxy', 'export const middleware'),
  },
};

describe('5.10: Next.js, really running', () => {
  test.for(Object.entries(KINDS))(
    'Q32, Q33: %s: everybody, the room, the callback, an admission, a stolen one',
    { timeout: 120_000 },
    async ([, files], context) => {
      const shop = await startNext(context, files);
      await expectProtected(shop, room, DROP);
      // Spellings that Next.js takes for the same page, and the header that once let anybody past middleware.
      const page = { accept: 'text/html' };
      for (const spelling of ['/%62uy', '/buy?x=1', '/_next/../buy'])
        expect([spelling, (await ask(shop.where, spelling, { headers: page })).status]).toEqual([
          spelling,
          302,
        ]);
      const skipping = { ...page, 'x-middleware-subrequest': Array(6).fill('middleware').join(':') };
      expect((await ask(shop.where, '/buy', { headers: skipping })).status).toBe(302);
    },
  );
});
