/**
 * What shoppers do in a row: walks of one or more requests, each sent when the answer before it is there. A file holds the
 * kinds of walks once and, for each walk, only what it differs by.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { CollectOptions } from './collector.ts';

export interface Step {
  /** A request text; `{0}`, `{1}` … stand for the walk's values, {@link TAKEN} for what was taken, `{n}` for the walk's number. */
  readonly text: string;
  readonly status: number;
  /** What the answer holds that later steps need. */
  readonly take?: Pick<CollectOptions, 'field' | 'length'>;
}

export interface WalkPlan {
  readonly kinds: readonly (readonly Step[])[];
  /** The kind's place in `kinds`, and the values. */
  readonly walks: readonly (readonly [kind: number, ...values: string[]])[];
}

/** One request, and what comes after its answer. */
export interface Walk {
  readonly request: string;
  readonly status: number;
  /**
   * The next request, or null at the end of the walk.
   * @throws Error when the answer lacks what a later step needs
   */
  readonly after: (body: Buffer) => Walk | null;
}

/** Stands for what the last step with `take` has taken. */
export const TAKEN = '{taken}';
const PLACE = /(\{(?:\d+|n|taken)\})/;
const NUMBER_DIGITS = 12;
const QUOTE = 0x22;

export function saveWalks(file: string, plan: WalkPlan): void {
  writeFileSync(file, JSON.stringify(plan));
}

/** @throws RangeError when all walks of the file have been begun: no shopper comes twice */
export function loadWalks(file: string): (n: number) => Walk {
  const { kinds, walks } = JSON.parse(readFileSync(file, 'utf8')) as WalkPlan;
  const split = kinds.map((steps) =>
    steps.map(({ text, ...step }) => ({ ...step, parts: text.split(PLACE) })),
  );
  let begun = 0;

  const stepOf = (walk: WalkPlan['walks'][number], n: number, at: number, taken: string): Walk | null => {
    const step = split[walk[0]]?.[at];
    if (!step) return null;
    const { parts, status, take } = step;
    const request = parts.map((part, index) => (index % 2 ? textAt(part, walk, n, taken) : part)).join('');
    const after = (body: Buffer) => stepOf(walk, n, at + 1, take ? takenFrom(body, take) : taken);
    return { request, status, after };
  };
  return (n) => {
    const walk = walks[begun++];
    const first = walk && stepOf(walk, n, 0, '');
    if (!first) throw new RangeError(`all ${walks.length} walks of the file have been gone`);
    return first;
  };
}

function textAt(place: string, walk: WalkPlan['walks'][number], n: number, taken: string): string {
  if (place === TAKEN) return taken;
  const name = place.slice(1, -1);
  return name === 'n' ? String(n).padStart(NUMBER_DIGITS, '0') : String(walk[Number(name) + 1]);
}

function takenFrom(body: Buffer, { field, length }: NonNullable<Step['take']>): string {
  const needle = `"${field}":"`;
  const at = body.indexOf(needle);
  const start = at + needle.length;
  if (at < 0 || body[start + length] !== QUOTE)
    throw new Error(`an answer without "${field}" of ${length} characters`);
  return body.toString('latin1', start, start + length);
}
