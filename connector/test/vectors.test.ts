/** `vectors.json` is what the sources make, and what they say; the recipes in other languages say the same. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { findProgram } from '../../scripts/lib/run-command.mjs';
import { createAdmissionVerifier } from '../src/index.ts';
import { makeVectors } from './support/vectors.ts';

const run = promisify(execFile);
const FILE = fileURLToPath(new URL('../vectors.json', import.meta.url));
const recipe = (name: string) => fileURLToPath(new URL(`../recipes/${name}`, import.meta.url));

test('the file is what the sources make (UPDATE_VECTORS=1 writes it)', async () => {
  const vectors = makeVectors();
  if (process.env.UPDATE_VECTORS) await writeFile(FILE, `${JSON.stringify(vectors, null, 2)}\n`);
  expect(JSON.parse(await readFile(FILE, 'utf8'))).toEqual(vectors);
});

test('the connector gives every token its verdict', async () => {
  const vectors = JSON.parse(await readFile(FILE, 'utf8')) as ReturnType<typeof makeVectors>;
  expect(vectors.tokens.length + vectors.returnPaths.length).toBeGreaterThan(100);
  for (const { name, token, verdict, ...change } of vectors.tokens) {
    const { nowSeconds, secret, drop } = { ...vectors, ...change };
    const verifier = createAdmissionVerifier({
      issuer: vectors.issuer,
      jwks: async () => vectors.jwks,
      now: () => nowSeconds * 1000,
    });
    const result = await verifier.verify({ token, secret, drop });
    expect([name, result.ok ? 'ok' : result.reason]).toEqual([name, verdict]);
  }
});

/** Each prints how many verdicts it gave, and ends with 1 at the first wrong one. */
const RECIPES: Record<string, (vectors: string) => Promise<string> | undefined> = {
  Python: (vectors) => {
    const python = findProgram(['python3']);
    return python ? runWith(python, [recipe('verify_admission.py'), vectors]) : undefined;
  },
  Go: (vectors) => {
    const go = findProgram(['go']);
    return go ? runWith(go, ['run', recipe('verify_admission.go'), vectors]) : undefined;
  },
  PHP: (vectors) => {
    const php = process.env.PHP_PATH || findProgram(['php']);
    return php ? runWith(php, [recipe('verify_admission.php'), vectors]) : undefined;
  },
  Java: (vectors) => {
    const java = findProgram(['java']);
    return java ? runWith(java, [recipe('VerifyAdmission.java'), vectors]) : undefined;
  },
};

async function runWith(program: string, args: string[]): Promise<string> {
  const { stdout } = await run(program, args, { timeout: 50_000 });
  return stdout;
}

describe('the recipe gives every token its verdict, reason included', () => {
  test.for(Object.keys(RECIPES))('in %s', async (language, { skip }) => {
    const vectors = JSON.parse(await readFile(FILE, 'utf8')) as ReturnType<typeof makeVectors>;
    const running = RECIPES[language]?.(FILE);
    if (running === undefined) return skip(`${language} is not installed here`);
    expect((await running).trim()).toBe(`${vectors.tokens.length} verdicts, all as expected`);
    // And it can say no: with one verdict turned round it fails.
    const folder = await mkdtemp(join(tmpdir(), 'sluice-vectors-'));
    const wrong = join(folder, 'wrong.json');
    const [first, ...others] = vectors.tokens;
    await writeFile(
      wrong,
      JSON.stringify({ ...vectors, tokens: [{ ...first, verdict: 'expired' }, ...others] }),
    );
    await expect(RECIPES[language]?.(wrong)).rejects.toMatchObject({ code: 1 });
    await rm(folder, { recursive: true });
  });
});
