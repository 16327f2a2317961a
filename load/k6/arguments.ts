/** The arguments of `npm run load`: every fault at once. */

export const SCENARIOS = ['opening'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export interface LoadArguments {
  readonly scenario: ScenarioName;
  readonly shoppers: number;
  readonly stock: number;
  /** Entries a minute. */
  readonly rate: number;
  readonly instances: number;
  readonly lobbySeconds: number;
  readonly sellingSeconds: number;
  readonly json: boolean;
}

/** The defaults are for two cores that k6 and the services share; a k6 of its own takes a hundred times as much. */
const NUMBERS = {
  shoppers: { short: 150, normal: 1500, min: 10, max: 100_000 },
  stock: { short: 30, normal: 400, min: 1, max: 1_000_000 },
  rate: { short: 1200, normal: 2400, min: 60, max: 1_000_000 },
  instances: { short: 2, normal: 2, min: 1, max: 8 },
  'lobby-seconds': { short: 4, normal: 10, min: 1, max: 3600 },
  'selling-seconds': { short: 6, normal: 20, min: 1, max: 3600 },
} as const;
type NumberName = keyof typeof NUMBERS;

export type Reading =
  | { readonly ok: true; readonly value: LoadArguments }
  | { readonly ok: false; readonly faults: readonly string[] };

/** `<scenario> [--short] [--json] [--<number> n]…`; `--short` takes the figures of the tests. */
export function readArguments(args: readonly string[]): Reading {
  const faults: string[] = [];
  const given = new Map<NumberName, number>();
  let scenario: ScenarioName | undefined;
  let size: 'short' | 'normal' = 'normal';
  let json = false;
  const words = args.flatMap((arg) => (arg.startsWith('--') ? arg.split(/=(.*)/s).slice(0, 2) : [arg]));
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const name = word.replace(/^--/, '') as NumberName;
    if (word === '--json') json = true;
    else if (word === '--short') size = 'short';
    else if (word.startsWith('--') && Object.hasOwn(NUMBERS, name)) {
      const { min, max } = NUMBERS[name];
      const number = Number(words[++at]);
      if (Number.isInteger(number) && number >= min && number <= max) given.set(name, number);
      else faults.push(`--${name} must be a whole number from ${min} to ${max}`);
    } else if (scenario === undefined && (SCENARIOS as readonly string[]).includes(word))
      scenario = word as ScenarioName;
    else
      faults.push(
        word.startsWith('--')
          ? `unknown argument ${word}`
          : `unknown scenario ${word}; there is ${SCENARIOS.join(', ')}`,
      );
  }
  if (scenario === undefined && faults.length === 0) faults.push(`name a scenario: ${SCENARIOS.join(', ')}`);
  if (scenario === undefined || faults.length > 0) return { ok: false, faults };
  const number = (name: NumberName) => given.get(name) ?? NUMBERS[name][size];
  return {
    ok: true,
    value: {
      scenario,
      shoppers: number('shoppers'),
      stock: number('stock'),
      rate: number('rate'),
      instances: number('instances'),
      lobbySeconds: number('lobby-seconds'),
      sellingSeconds: number('selling-seconds'),
      json,
    },
  };
}
