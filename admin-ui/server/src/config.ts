/** Environment → Config. Every fault is reported at once, by name and expectation. */
import { loadConfig, SERVICE_VARIABLES } from '@sluice/service-kit';
import { type Static, Type } from 'typebox';

const schema = Type.Object({
  ...SERVICE_VARIABLES,
  REDIS_URL: Type.String({ pattern: '^rediss?://', description: 'redis:// or rediss:// address' }),
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://', description: 'postgres:// address' }),
  DATABASE_CONNECTIONS: Type.Integer({ default: 8, minimum: 2, maximum: 200 }),
  SERVICE_TOKEN: Type.String({ minLength: 32, description: 'shared by all services of the installation' }),
  OPERATOR_KEY: Type.String({ minLength: 32, maxLength: 200, description: 'what operators send as Bearer' }),
  SEED_KEY: Type.String({
    pattern: '^[A-Za-z0-9_-]{43}$',
    description: '32 bytes in base64url, best by SEED_KEY_FILE; seals the seeds of draws',
  }),
  CHECKOUT_INTERNAL_URL: Type.String({
    pattern: '^https?://',
    description: "base URL of the checkout's internal listener",
  }),
});

/** The environment as read: names as in the environment. */
export type Config = Static<typeof schema>;

/** @throws ConfigError naming every variable that is missing or wrong */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  return loadConfig(schema, environment);
}
