/** Environment → Config. Every fault is reported at once, by name and expectation. */
import { ConfigError, loadConfig, REDIS_URL, SERVICE_VARIABLES } from '@sluice/service-kit';
import { type Static, Type } from 'typebox';

/** What the audit log needs, and the command that verifies it. */
export const AUDIT_VARIABLES = Type.Object({
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://', description: 'postgres:// address' }),
  SEED_KEY: Type.String({
    pattern: '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$',
    description: '32 bytes in base64url, best by SEED_KEY_FILE; seals seeds of draws and the audit log',
  }),
  AUDIT_HEADS_FILE: Type.Optional(
    Type.String({
      minLength: 1,
      description: "file that the audit log's signed end is added to each minute",
    }),
  ),
});

/** What cleaning up needs, too. */
export const CONTROL_VARIABLES = {
  REDIS_URL,
  ARCHIVE_AFTER_HOURS: Type.Number({
    default: 48,
    minimum: 0,
    maximum: 8760,
    description:
      'from the end of a drop until its keys leave Redis; never before token and hold have run out',
  }),
};

const schema = Type.Object({
  ...SERVICE_VARIABLES,
  ...AUDIT_VARIABLES.properties,
  ...CONTROL_VARIABLES,
  DATABASE_CONNECTIONS: Type.Integer({ default: 8, minimum: 2, maximum: 200 }),
  SERVICE_TOKEN: Type.String({ minLength: 32, description: 'shared by all services of the installation' }),
  OPERATOR_KEY: Type.String({
    minLength: 32,
    maxLength: 200,
    description: 'makes the first owner, and may everything in an emergency',
  }),
  PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/?#]+/?$',
      description: 'where browsers reach the control plane; without it where it listens',
    }),
  ),
  ROOM_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/?#]+/?$',
      description: 'where shoppers reach the waiting room; without it links to its page are paths',
    }),
  ),
  CHECKOUT_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/?#]+/?$',
      description: 'where shoppers reach the checkout; without it the crowd of a rehearsal does not shop',
    }),
  ),
  SMTP_URL: Type.Optional(
    Type.String({ pattern: '^smtps?://', description: 'mailer for invitations; without it links are told' }),
  ),
  MAIL_FROM: Type.String({
    default: 'Sluice <sluice@localhost>',
    minLength: 3,
    maxLength: 200,
    description: 'sender of its mails',
  }),
  JOURNAL_FILE: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'file of this instance alone: what was done while Postgres did not answer',
    }),
  ),
  OIDC_ISSUER: Type.Optional(
    Type.String({
      pattern: '^(https://|http://(localhost|127\\.0\\.0\\.1)[:/])',
      description: 'OpenID provider to sign in at; https, or http on loopback',
    }),
  ),
  OIDC_CLIENT_ID: Type.Optional(Type.String({ minLength: 1 })),
  OIDC_CLIENT_SECRET: Type.Optional(Type.String({ minLength: 1 })),
  CHECKOUT_INTERNAL_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: "base URL of the checkout's internal listener; without it the checkout is someone else's",
    }),
  ),
});

/** The environment as read: names as in the environment. */
export type Config = Static<typeof schema>;

/** @throws ConfigError naming every variable that is missing or wrong */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const config = loadConfig(schema, environment);
  if ((config.OIDC_ISSUER === undefined) !== (config.OIDC_CLIENT_ID === undefined))
    throw new ConfigError(['OIDC_ISSUER, OIDC_CLIENT_ID: both must be set, or neither']);
  return config;
}
