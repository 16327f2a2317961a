/** Reads a service's environment through one schema, and names everything that is wrong with it at once. */
import './all-faults.ts';
import { readFileSync } from 'node:fs';
import { type Static, type TObject, Type } from 'typebox';
import { Value } from 'typebox/value';
import { createProxyTrust } from './client-address.ts';

/** The environment is not usable. Each fault is one line: variable and expectation, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/** What every service reads; spread it into the schema of a service. */
export const SERVICE_VARIABLES = {
  HOST: Type.String({ default: '127.0.0.1', minLength: 1 }),
  PORT: Type.Integer({ default: 0, minimum: 0, maximum: 65_535, description: '0 takes any free port' }),
  INTERNAL_PORT: Type.Integer({ default: 0, minimum: 0, maximum: 65_535, description: 'of /metrics' }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
  LOG_PRETTY: Type.Boolean({ default: false }),
  INSTANCE_ID: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description: 'comma list of CIDRs whose X-Forwarded-For is believed',
    check: proxiesFault,
  }),
};

/** What a schema can't say of a value: the fault as "must …", or undefined. */
export type VariableCheck = (value: string) => string | undefined;

/**
 * The environment as the schema describes it: names as in the environment, numbers and booleans converted, defaults
 * filled in. An empty variable counts as none; `<NAME>_FILE` names a file that holds the value (for secrets). A
 * variable's schema may have a member `check`, a {@link VariableCheck}.
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
  for (const [name, value] of Object.entries(given)) {
    const fault = (schema.properties[name] as { check?: VariableCheck }).check?.(value);
    if (fault) faults.push(`${name}: ${fault}${hint(schema, name)}`);
  }
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
  const { requiredProperties = [], allowedValues } = error.params as {
    requiredProperties?: string[];
    allowedValues?: string[];
  };
  if (error.keyword === 'required')
    return requiredProperties.map((name) => `${name}: must be set${hint(schema, name)}`);
  const name = error.instancePath.split('/')[1] ?? '';
  const expectation = allowedValues ? `must be one of ${allowedValues.join(', ')}` : error.message;
  return [`${name}: ${expectation}${hint(schema, name)}`];
}

function proxiesFault(value: string): string | undefined {
  try {
    createProxyTrust(value);
    return undefined;
  } catch {
    return 'must be a comma list of addresses and CIDRs';
  }
}

function hint(schema: TObject, name: string): string {
  const { description } = (schema.properties[name] ?? {}) as { description?: string };
  return description ? ` (${description})` : '';
}
