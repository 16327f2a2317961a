/** The package as its users get it: packed, unpacked beside its one dependency, loaded and compiled against. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import vm from 'node:vm';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linksIn } from '../../scripts/lib/markdown-links.mjs';
import { buildPackage } from '../build.mjs';
import { createSecret } from '../src/index.ts';
import { createSigningKey, DROP, honestClaims, ISSUER, jwksOf, signToken } from './support/fake-keys.ts';

const run = promisify(execFile);
const REPO_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
/** Unpacked. The whole of it, with gate, adapters, declarations, recipes and guides. */
const BYTES_MAX = 300_000;

let folder = '';
let installed = '';
let packed: { files: { path: string }[]; unpackedSize: number };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-package-'));
  const build = join(folder, 'build');
  await buildPackage(build);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: build });
  const report = JSON.parse(stdout) as unknown;
  const [pack] = (Array.isArray(report) ? report : Object.values(report as object)) as [
    { filename: string; files: { path: string }[]; unpackedSize: number },
  ];
  packed = pack;
  installed = join(folder, 'user/node_modules/@sluice/connector');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(folder, pack.filename), '-C', installed, '--strip-components=1']);
  for (const name of ['jose', 'fastify', 'hono', 'express', '@types/express', '@types/node']) {
    const link = join(folder, 'user/node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(REPO_MODULES, name), link);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('holds what its manifest names, and nothing of the repository', async () => {
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    expect(manifest).not.toHaveProperty('private');
    expect(manifest).not.toHaveProperty('devDependencies');
    expect(Object.keys(manifest.dependencies)).toEqual(['jose']);
    const names = packed.files.map(({ path }) => path);
    for (const entry of Object.values(manifest.exports) as { types: string; default: string }[]) {
      expect(names).toContain(entry.types.slice(2));
      expect(names).toContain(entry.default.slice(2));
    }
    for (const file of ['README.md', 'LICENSE', 'nginx.conf', 'vectors.json']) expect(names).toContain(file);
    expect(names.filter((name) => /(?<!\.d)\.ts$|\.test\.|(?:^|\/)test\/|tsconfig/.test(name))).toEqual([]);
    expect(packed.unpackedSize).toBeLessThan(BYTES_MAX);
  });

  test('5.9: has no link that leads out of it', async () => {
    const names = packed.files.map(({ path }) => path);
    const pages = names.filter((name) => name.endsWith('.md'));
    expect(pages.sort()).toEqual([
      'README.md',
      'guides/bring-your-own-checkout.md',
      'guides/protect-your-origin.md',
      'recipes/gateways.md',
    ]);
    for (const name of pages) {
      const links = linksIn(await readFile(join(installed, name), 'utf8'));
      const inside = links.filter(({ target }) => !/^(?:https:|#)/.test(target));
      for (const { target } of inside)
        expect(names, `${name} links to it`).toContain(join(dirname(name), target.split('#')[0] ?? ''));
      // What comes along is linked to; only words are left of the rest.
      expect([name, inside.length > 0]).toEqual([name, true]);
    }
  });

  test('loads by every entry, in plain Node', async () => {
    const { exports } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    const entries = Object.keys(exports).map((name) => join('@sluice/connector', name));
    const script = `const all = await Promise.all(${JSON.stringify(entries)}.map((name) => import(name)));
      console.log(JSON.stringify(all.map((module) => Object.keys(module).length > 0)));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: join(folder, 'user'),
    });
    expect(JSON.parse(stdout)).toEqual(entries.map(() => true));
  });

  test('brings the gate as a program', async () => {
    const { bin } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    const program = join(installed, bin['sluice-connector']);
    const { stdout } = await run(process.execPath, [program, 'gate', '--help']);
    expect(stdout).toContain('--protect');
    await expect(run(process.execPath, [program, 'gate', '--room', 'x'])).rejects.toMatchObject({ code: 2 });
  });

  test.each(['nodenext', 'bundler'])(
    'has types that a strict user’s compiler takes, by %s',
    async (resolution) => {
      const user = join(folder, 'user');
      await writeFile(join(user, 'package.json'), '{"type":"module"}');
      await writeFile(
        join(user, 'shop.ts'),
        `import { createConnector, type Connector, type RefusalReason, verifyAdmissionToken } from '@sluice/connector';
       import { sluice as expressSluice } from '@sluice/connector/express';
       import { sluice as fastifySluice } from '@sluice/connector/fastify';
       import { protectFetch } from '@sluice/connector/fetch';
       import { type SluiceVariables, sluice as honoSluice } from '@sluice/connector/hono';
       import { sluiceMiddleware } from '@sluice/connector/next';
       import { type FakeRoom, type Flaw, startFakeRoom } from '@sluice/connector/testing';
       import express from 'express';
       import fastify from 'fastify';
       import { Hono } from 'hono';
       const connector: Connector = createConnector({
         roomUrl: 'https://room.example', publicUrl: 'https://shop.example', drop: 'a', protect: ['/buy'], mode: 'on',
       });
       // @ts-expect-error: a misspelt mode is a compiler's error
       createConnector({ roomUrl: '', publicUrl: '', drop: '', protect: [], mode: 'OFF' });
       const app = express();
       app.use(expressSluice({ connector }));
       app.get('/buy', (request, response) => { response.json(request.sluice?.claims.sub ?? null); });
       const server = fastify();
       await server.register(fastifySluice, { connector });
       server.get('/buy', async (request) => request.sluice?.drop);
       const hono = new Hono<{ Variables: SluiceVariables }>();
       hono.use(honoSluice({ connector }));
       hono.get('/buy', (context) => context.json(context.get('sluice')?.token));
       export const worker = { fetch: protectFetch(connector, (_: Request, env: { a: 1 }) => Response.json(env.a)) };
       export const middleware = sluiceMiddleware(connector);
       const verdict = await verifyAdmissionToken({ token: '', secret: '', drop: '' }, { issuer: 'a', jwks: 'b' });
       const reason: RefusalReason | null = verdict.ok ? null : verdict.reason;
       const room: FakeRoom = await startFakeRoom();
       const flaw: Flaw = 'forged';
       // @ts-expect-error: there is no such flaw
       await room.issue({ drop: 'a', flaw: 'ugly' });
       export const cookie: string = (await room.issue({ drop: 'a', flaw })).cookieFor('https://shop.example');
       export { reason };`,
      );
      const module = resolution === 'bundler' ? 'esnext' : 'nodenext';
      const flags = `--noEmit --strict --target es2024 --module ${module} --moduleResolution ${resolution} --types node`;
      const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
      const declarations = (await readdir(installed, { recursive: true })).filter((name) =>
        name.endsWith('.d.ts'),
      );
      const own = declarations.map((name) => join(installed, name));
      const output = await run(process.execPath, [tsc, ...flags.split(' '), 'shop.ts', ...own], {
        cwd: user,
      }).then(
        () => '',
        (error: { stdout: string }) => error.stdout,
      );
      // What frameworks' own declarations lack is their own business.
      const ours = output.split('\n').filter((line) => /^(?:shop\.ts|node_modules\/@sluice)/.test(line));
      expect(ours).toEqual([]);
    },
  );

  test('needs nothing but Web standards: the core runs where there is no Node', async () => {
    const bundle = await rolldown({ input: join(installed, 'index.js'), platform: 'neutral' });
    const { output } = await bundle.generate({ format: 'iife', name: 'sluice' });
    await bundle.close();
    const web = {
      URL,
      Headers,
      Request,
      Response,
      TextEncoder,
      TextDecoder,
      crypto,
      CryptoKey,
      AbortSignal,
      btoa,
      atob,
    };
    const context = vm.createContext({
      ...web,
      Uint8Array,
      fetch: () => Promise.reject(new Error('no network')),
    });
    const key = createSigningKey('room-1');
    const secret = createSecret();
    Object.assign(context, {
      keys: jwksOf(key),
      presented: { token: signToken(key, await honestClaims(secret)), secret, drop: DROP },
      issuer: ISSUER,
    });
    const verdict = await vm.runInContext(
      `${output[0].code};
       sluice.createAdmissionVerifier({ issuer, jwks: async () => keys, now: () => 1795521600000 }).verify(presented)`,
      context,
    );
    expect(verdict).toMatchObject({ ok: true, claims: { aud: DROP } });
  });
});
