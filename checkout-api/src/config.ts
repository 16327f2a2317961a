/** Environment → Config. Every fault is reported at once, by name and expectation. */
import { loadConfig } from '@sluice/service-kit';
import { type Static, Type } from 'typebox';

const schema = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', minLength: 1 }),
  PORT: Type.Integer({ default: 0, minimum: 0, maximum: 65_535 }),
  INTERNAL_PORT: Type.Integer({ default: 0, minimum: 0, maximum: 65_535 }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
  LOG_PRETTY: Type.Boolean({ default: false }),
  INSTANCE_ID: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  TRUSTED_PROXIES: Type.String({ default: '' }),
  REDIS_URL: Type.String({ pattern: '^rediss?://', description: 'redis:// or rediss:// address' }),
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://', description: 'postgres:// address' }),
  SERVICE_TOKEN: Type.String({ minLength: 32, description: 'shared by all services of the installation' }),
  ROOM_URLS: Type.String({
    pattern: '^https?://[^,\\s]+(\\s*,\\s*https?://[^,\\s]+)*$',
    description: 'comma list of base URLs of waiting rooms',
  }),
  ROOM_ISSUER: Type.String({ pattern: '^https?://', description: 'public origin of the waiting room' }),
  DATABASE_CONNECTIONS: Type.Integer({ default: 10, minimum: 2, maximum: 200 }),
});

/** The environment as read: names as in the environment. */
export type Config = Static<typeof schema>;

/** @throws ConfigError naming every variable that is missing or wrong */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  return loadConfig(schema, environment);
}

/** The base URLs of ROOM_URLS, in their order. */
export function roomUrls(config: Pick<Config, 'ROOM_URLS'>): string[] {
  return config.ROOM_URLS.split(',').map((url) => url.trim());
}
