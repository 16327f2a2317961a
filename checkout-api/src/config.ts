/** Environment → Config. Every fault is reported at once, by name and expectation. */
import { loadConfig, REDIS_URL, SERVICE_VARIABLES } from '@sluice/service-kit';
import { type Static, Type } from 'typebox';

const StripeKey = Type.String({ pattern: '^(sk|rk)_', description: 'sk_… or rk_…' });
const StripeWebhookSecret = Type.String({
  pattern: '^whsec_[^,\\s]+(\\s*,\\s*whsec_[^,\\s]+)*$',
  description: 'whsec_…; a comma list while one replaces another',
});

const variables = {
  ...SERVICE_VARIABLES,
  REDIS_URL,
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://', description: 'postgres:// address' }),
  SERVICE_TOKEN: Type.String({ minLength: 32, description: 'shared by all services of the installation' }),
  ROOM_URLS: Type.String({
    pattern: '^https?://[^,\\s]+(\\s*,\\s*https?://[^,\\s]+)*$',
    description: 'comma list of base URLs of waiting rooms',
  }),
  ROOM_ISSUER: Type.String({ pattern: '^https?://', description: 'public origin of the waiting room' }),
  STOCK_FEED: Type.Enum(['notify', 'logical'], {
    default: 'notify',
    description: 'logical needs wal_level = logical and a role with REPLICATION',
  }),
  PAYMENT_PROVIDERS: Type.String({
    default: 'sandbox',
    pattern: '^(sandbox|stripe)(\\s*,\\s*(sandbox|stripe))*$',
    description: 'comma list of sandbox, stripe; the sandbox takes no money',
  }),
  STRIPE_SECRET_KEY: Type.Optional(StripeKey),
  STRIPE_WEBHOOK_SECRET: Type.Optional(StripeWebhookSecret),
  STRIPE_API_URL: Type.Optional(Type.String({ pattern: '^https?://', description: "default Stripe's own" })),
  OUTBOX_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'where CloudEvents of the installation go' }),
  ),
  OUTBOX_TOKEN: Type.Optional(Type.String({ minLength: 1, description: 'bearer token for OUTBOX_URL' })),
  WEBHOOK_KEYS: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_-]{1,16}:[A-Za-z0-9_-]{43}(\\s*,\\s*[A-Za-z0-9_-]{1,16}:[A-Za-z0-9_-]{43})*$',
      description:
        'comma list of kid:key, a key 32 bytes in base64url; the first seals webhook secrets, all open them',
    }),
  ),
  WEBHOOK_ALLOWED_NETWORKS: Type.String({
    default: '',
    pattern: '^([0-9A-Fa-f:.]+/[0-9]{1,3}(\\s*,\\s*|$))*$',
    description: 'comma list of CIDRs that webhooks may reach although they are not public',
  }),
  SMTP_URL: Type.Optional(
    Type.String({ pattern: '^smtps?://', description: 'mailer for receipts; without it none are sent' }),
  ),
  MAIL_FROM: Type.String({
    default: 'Sluice <sluice@localhost>',
    minLength: 3,
    maxLength: 200,
    description: 'sender of its mails',
  }),
  DATABASE_CONNECTIONS: Type.Integer({ default: 10, minimum: 2, maximum: 200 }),
};
const schema = Type.Object(variables);
/** What Stripe needs, required where Stripe is wanted. */
const schemaWithStripe = Type.Object({
  ...variables,
  STRIPE_SECRET_KEY: StripeKey,
  STRIPE_WEBHOOK_SECRET: StripeWebhookSecret,
});

/** The environment as read: names as in the environment. */
export type Config = Static<typeof schema>;

/** @throws ConfigError naming every variable that is missing or wrong */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const isStripeWanted = /\bstripe\b/.test(environment.PAYMENT_PROVIDERS ?? '');
  return loadConfig(isStripeWanted ? schemaWithStripe : schema, environment);
}

/** The base URLs of ROOM_URLS, in their order. */
export function roomUrls(config: Pick<Config, 'ROOM_URLS'>): string[] {
  return config.ROOM_URLS.split(',').map((url) => url.trim());
}
