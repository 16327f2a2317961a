/** Reads a service's environment through one schema, and names everything that is wrong with it at once. */
import { readFileSync } from 'node:fs';
import type { Static, TObject } from 'typebox';
import { Value } from 'typebox/value';

/** The environment is not usable. Each fault is one line: variable and expectation, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/**
 * The environment as the schema describes it: names as in the environment, numbers and booleans converted, defaults
 * filled in. An empty variable counts as none; `<NAME>_FILE` names a file that holds the value (for secrets).
 * @throws ConfigError with every fault
 */
export function loadConfig<T extends TObject>(schema: T, env: NodeJS.ProcessEnv = process.env): Static<T> {
  const faults: string[] = [];
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.properties)) {
    const value = env[name] || readSecretFile(name, env[`${name}_FILE`], schema, faults);
    if (value) given[name] = value;
  }
  const config = Value.Convert(schema, Value.Default(schema, given));
  for (const error of Value.Errors(schema, config)) faults.push(...describeFault(error, schema));
  if (faults.length > 0) throw new ConfigError([...new Set(faults)]);
  return config as Static<T>;
}

function readSecretFile(name: string, path: string | undefined, schema: TObject, faults: string[]): string {
  if (!path || `${name}_FILE` in schema.properties) return '';
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    faults.push(`${name}_FILE: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return '';
  }
}

function describeFault(
  error: {
    readonly keyword: string;
    readonly instancePath: string;
    readonly params: object;
    readonly message: string;
  },
  schema: TObject,
): string[] {
  const { requiredProperties = [] } = error.params as { requiredProperties?: string[] };
  if (error.keyword === 'required')
    return requiredProperties.map((name) => `${name}: must be set${hint(schema, name)}`);
  const name = error.instancePath.split('/')[1] ?? '';
  return [`${name}: ${error.message}${hint(schema, name)}`];
}

function hint(schema: TObject, name: string): string {
  const { description } = (schema.properties[name] ?? {}) as { description?: string };
  return description ? ` (${description})` : '';
}
