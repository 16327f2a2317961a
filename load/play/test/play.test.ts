/**
 * Whole drops as `npm run play` plays them: one in which nothing is wrong, and one for each fault that can be planted in
 * the services, which the judge must see. Two at a time: mostly they wait, for a lobby, a draw, a slow payment.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repoRoot } from '../../../scripts/lib/repo.mjs';
import type { Verdict } from '../judge/verdict.ts';
import { createManners, type Manner } from '../people/manners.ts';

const AT_ONCE = 2;
const TIMEOUT_MS = 240_000;
const SIZE = ['--shoppers', '60', '--stock', '16', '--rate', '300', '--instances', '2'];
/** So many get in before 16 units are gone: some buy two, some give back. */
const ENTRANTS = 18;

/** A seed that deals `manner` to the first who get in, or to none of them. */
function seedThat(deals: 'early' | 'never', manner: Manner): number {
  for (let seed = 1; ; seed++) {
    const next = createManners(seed);
    const place = Array.from({ length: 20 }, () => next()).indexOf(manner);
    if (deals === 'early' ? place < 5 : place >= ENTRANTS) return seed;
  }
}
/** A payment whose answer never comes takes 15 s to settle; only one play needs it. */
const quick = seedThat('never', 'pay-into-silence');

interface Played {
  readonly code: number;
  readonly verdict: Verdict & { readonly durability: Record<string, string> };
}

let playing = 0;
const waiting: (() => void)[] = [];

async function play(...args: readonly string[]): Promise<Played> {
  if (playing === AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else playing++;
  try {
    const child = spawn(process.execPath, [join(repoRoot, 'load/play/main.ts'), ...SIZE, '--json', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-5000);
    });
    const [code] = (await once(child, 'close')) as [number];
    const last = output.trimEnd().split('\n').at(-1) ?? '';
    if (!last.startsWith('{')) throw new Error(`the play ended without a verdict:\n${output}\n${errors}`);
    return { code, verdict: JSON.parse(last) };
  } finally {
    const next = waiting.shift();
    if (next) next();
    else playing--;
  }
}

describe.concurrent('play', { timeout: TIMEOUT_MS }, () => {
  test('1.3: a whole drop keeps every promise, with every kind of shopper and every forgery at every protected route', async () => {
    const { code, verdict } = await play('--seed', String(seedThat('early', 'pay-into-silence')));
    expect(verdict.faults).toEqual([]);
    expect(verdict).toMatchObject({
      ok: true,
      shoppers: 60,
      stock: 16,
      oversold: 0,
      orderInversions: 0,
      rateBoundViolations: 0,
      maxSessionsViolations: 0,
      doubleAdmissions: 0,
      forgeriesAccepted: 0,
      secretsLogged: 0,
      durability: {
        fsync: 'on',
        full_page_writes: 'on',
        synchronous_commit: 'on',
        appendonly: 'yes',
        appendfsync: expect.stringMatching(/^(everysec|always)$/),
      },
    });
    expect(verdict.sold + verdict.held + verdict.left).toBe(16);
    expect(verdict.captured).toBe(verdict.ordersPaid);
    expect(verdict.forgeryKinds).toBeGreaterThanOrEqual(12);
    expect(code).toBe(0);
  });

  const sees: Record<string, { seed: number; figure: keyof Verdict; promise: string }> = {
    oversell: { seed: quick, figure: 'oversold', promise: 'promise 6' },
    inversion: { seed: quick, figure: 'orderInversions', promise: 'promise 2' },
    rate: { seed: quick, figure: 'rateBoundViolations', promise: 'promise 1' },
    'double-admission': { seed: quick, figure: 'doubleAdmissions', promise: 'promise 3' },
    'accept-forgery': { seed: quick, figure: 'forgeriesAccepted', promise: 'promise 3' },
    'lost-unit': { seed: seedThat('early', 'release'), figure: 'lostUnits', promise: 'promise 6' },
    'double-charge': {
      seed: seedThat('early', 'pay-into-silence'),
      figure: 'doubleCharges',
      promise: 'promise 6',
    },
  };

  for (const [fault, { seed, figure, promise }] of Object.entries(sees)) {
    test(`1.4: ${fault}, planted in the services, is seen: ${figure} (${promise}), ok false, exit code 1`, async () => {
      const { code, verdict } = await play('--seed', String(seed), '--sabotage', fault);
      expect(verdict[figure]).toBeGreaterThan(0);
      expect(verdict.ok).toBe(false);
      expect(code).toBe(1);
    });
  }
});
