/** Runs `npm run play` as its own process, and chooses seeds that deal what a test needs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repoRoot } from '../../../../scripts/lib/repo.mjs';
import type { Blow } from '../../chaos/chaos.ts';
import type { Verdict } from '../../judge/verdict.ts';
import { createManners, type Manner } from '../../people/manners.ts';

/** Plays that may run at the same time; the next one waits. */
const AT_ONCE = 2;
/** So many get in before 16 units are gone: some buy two, some give back. */
const ENTRANTS = 18;

/** A seed that deals `manner` to the first who get in, or to none of them. */
export function seedThat(deals: 'early' | 'never', manner: Manner): number {
  for (let seed = 1; ; seed++) {
    const next = createManners(seed);
    const place = Array.from({ length: 20 }, () => next()).indexOf(manner);
    if (deals === 'early' ? place < 5 : place >= ENTRANTS) return seed;
  }
}

export interface Played {
  readonly code: number;
  readonly verdict: Verdict & {
    readonly durability: Record<string, string>;
    readonly blows: readonly Blow[];
  };
}

let playing = 0;
const waiting: (() => void)[] = [];

export async function play(...args: readonly string[]): Promise<Played> {
  if (playing === AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else playing++;
  try {
    const child = spawn(process.execPath, [join(repoRoot, 'load/play/main.ts'), '--json', ...args], {
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
