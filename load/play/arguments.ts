/** The arguments of `npm run play`: every fault at once, each with what was expected. */
import { FAULT_NAMES } from './sabotage/faults.ts';

export interface PlayArguments {
  readonly shoppers: number;
  readonly stock: number;
  /** Entries a minute. */
  readonly rate: number;
  readonly seed: number;
  /** Of the room, and of the checkout. */
  readonly instances: number;
  /** Gates with entries on lease; with any, the room is killed while the drop runs. */
  readonly gates: number;
  readonly json: boolean;
  /** Kills and freezes services and stores while the drop runs. */
  readonly chaos: boolean;
  /** The fault to plant, if any. */
  readonly sabotage: string | undefined;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly means: string;
}

/** More than one machine can play: what lies above needs the k6 scenarios. */
const NUMBERS = {
  shoppers: { min: 20, max: 20_000, means: 'shoppers that come' },
  stock: { min: 1, max: 100_000, means: 'units that are sold' },
  rate: { min: 60, max: 1_000_000, means: 'entries a minute' },
  seed: { min: 0, max: 2 ** 32 - 1, means: 'of what shoppers do; the draw has its own' },
  instances: { min: 1, max: 8, means: 'of the waiting room, and of the checkout' },
  gates: { min: 0, max: 8, means: 'gates with leases; with any, the whole room is killed for a while' },
} as const satisfies Record<string, Bounds>;

type NumberName = keyof typeof NUMBERS;

export type Reading =
  | { readonly ok: true; readonly value: PlayArguments }
  | { readonly ok: false; readonly faults: readonly string[] };

/** @param anySeed taken when none is given */
export function readArguments(args: readonly string[], anySeed: number): Reading {
  const faults: string[] = [];
  const numbers = new Map<NumberName, number>();
  let json = false;
  let chaos = false;
  let sabotage: string | undefined;

  const words = args.flatMap((arg) =>
    /^--[a-z-]+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg],
  );
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const name = word.replace(/^--/, '');
    if (word === '--json') json = true;
    else if (word === '--chaos') chaos = true;
    else if (word === '--sabotage') {
      sabotage = words[++at];
      if (sabotage === undefined || !FAULT_NAMES.includes(sabotage))
        faults.push(`--sabotage must be one of ${FAULT_NAMES.join(', ')}`);
    } else if (word.startsWith('--') && Object.hasOwn(NUMBERS, name)) {
      const number = readNumber(name as NumberName, words[++at]);
      if (typeof number === 'string') faults.push(number);
      else numbers.set(name as NumberName, number);
    } else faults.push(`unknown argument ${word}`);
  }
  if (chaos && numbers.get('gates')) faults.push('--gates and --chaos both kill the room: one of them');
  if (faults.length > 0) return { ok: false, faults };

  const shoppers = numbers.get('shoppers') ?? 300;
  return {
    ok: true,
    value: {
      shoppers,
      stock: numbers.get('stock') ?? Math.ceil(shoppers / 5),
      rate: numbers.get('rate') ?? 1200,
      seed: numbers.get('seed') ?? anySeed,
      instances: numbers.get('instances') ?? 2,
      gates: numbers.get('gates') ?? 0,
      json,
      chaos,
      sabotage,
    },
  };
}

function readNumber(name: NumberName, text: string | undefined): number | string {
  const { min, max } = NUMBERS[name];
  const value = Number(text);
  if (text !== undefined && /^\d+$/.test(text) && value >= min && value <= max) return value;
  return `--${name} must be a whole number from ${min} to ${max}${text === undefined ? '' : `, not "${text}"`}`;
}

/** How to call it. */
export function usage(): string {
  const lines = Object.entries(NUMBERS).map(
    ([name, { min, max, means }]) => `${`  --${name} N`.padEnd(18)}${means} (${min} to ${max})`,
  );
  return [
    'npm run play -- [options]',
    ...lines,
    '  --json          the verdict as one object, on the last line',
    '  --chaos         kills and freezes services and stores while the drop runs',
    `  --sabotage F    plants a fault that the verdict must find: ${FAULT_NAMES.join(', ')}`,
  ].join('\n');
}
