/** Environment → Config. Every fault, those of the key files included, is reported at once. */
import { readFileSync } from 'node:fs';
import { ConfigError, loadConfig, REDIS_URL, SERVICE_VARIABLES } from '@sluice/service-kit';
import { type Static, Type } from 'typebox';
import { isSecureOrigin } from './domain/return-address.ts';

const Environment = Type.Object({
  ...SERVICE_VARIABLES,
  REDIS_URL,
  SERVICE_TOKEN: Type.String({ minLength: 32, description: 'shared by all services of the installation' }),
  PUBLIC_URL: Type.String({ minLength: 1, description: 'origin that shoppers see' }),
  ADMISSION_KEYS_FILE: Type.String({ minLength: 1, description: 'private Ed25519 keys that sign tokens' }),
  TICKET_KEYS_FILE: Type.String({ minLength: 1, description: 'secrets that sign tickets' }),
  STREAMS_MAX: Type.Integer({
    default: 15_000,
    minimum: 0,
    maximum: 100_000,
    description: 'event streams open at a time; some 16 KB each',
  }),
  ARCHIVE_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: "base URL of the control plane's internal listener, for draws of archived drops",
    }),
  ),
  SMTP_URL: Type.Optional(
    Type.String({
      pattern: '^smtps?://',
      description: 'mailer for notices; without it nobody is told by e-mail',
    }),
  ),
  MAIL_FROM: Type.String({
    default: 'Sluice <sluice@localhost>',
    minLength: 3,
    maxLength: 200,
    description: 'sender of its mails',
  }),
  PUSH_KEYS_FILE: Type.Optional(
    Type.String({ minLength: 1, description: 'VAPID keys; without them nobody is told by web push' }),
  ),
  PUSH_ORIGINS: Type.String({
    default: '',
    description: 'push services beside those of the known browsers: origins with commas between',
  }),
  HEALING_DIR: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'a folder of this instance alone, for its copies of the drops',
    }),
  ),
});

type Environment = Static<typeof Environment>;

/** A private Ed25519 key of the admission key file. */
export interface AdmissionJwk {
  readonly kid: string;
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly d: string;
}

/** One secret of the ticket key file. */
export interface TicketSecret {
  /** 0 to 255, unique in the file. */
  readonly kid: number;
  /** 32 bytes. */
  readonly secret: Buffer;
}

type NonEmpty<T> = readonly [T, ...T[]];

export interface Config
  extends Omit<
    Environment,
    'PUBLIC_URL' | 'ADMISSION_KEYS_FILE' | 'TICKET_KEYS_FILE' | 'PUSH_KEYS_FILE' | 'PUSH_ORIGINS'
  > {
  /** Origin only: no path, query or fragment. */
  readonly publicUrl: URL;
  /** The first signs. */
  readonly admissionKeys: NonEmpty<AdmissionJwk>;
  /** The first signs. */
  readonly ticketSecrets: NonEmpty<TicketSecret>;
  /** Null: no web push. */
  readonly vapidKeys: VapidKeys | null;
  readonly pushOrigins: readonly string[];
}

/** RFC 8292: who a push service is written to by. */
export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
  /** `mailto:` or https: whom a push service writes to. */
  readonly subject: string;
}

/** @throws ConfigError with every fault: variable and what is expected of it */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const faults: string[] = [];
  const collect = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      faults.push(...(error instanceof ConfigError ? error.faults : [(error as Error).message]));
      return undefined;
    }
  };
  const environment = collect(() => loadConfig(Environment, env));
  // Each is read even when others are faulty, so that one start names everything there is to mend.
  const publicUrl = collect(() => publicUrlOf(env.PUBLIC_URL));
  const admissionKeys = collect(() => keysOf(env, 'ADMISSION_KEYS_FILE', admissionKeyOf));
  const ticketSecrets = collect(() => keysOf(env, 'TICKET_KEYS_FILE', ticketSecretOf));
  const vapidKeys = collect(() => vapidKeysOf(env.PUSH_KEYS_FILE)) ?? null;
  const pushOrigins = collect(() => pushOriginsOf(env.PUSH_ORIGINS ?? '')) ?? [];
  if (faults.length > 0 || !environment || !publicUrl || !admissionKeys || !ticketSecrets) {
    throw new ConfigError([...new Set(faults)]);
  }
  return { ...environment, publicUrl, admissionKeys, ticketSecrets, vapidKeys, pushOrigins };
}

function vapidKeysOf(path: string | undefined): VapidKeys | null {
  if (!path) return null;
  const file = JSON.parse(readKeyFile(path, 'PUSH_KEYS_FILE')) as Record<string, unknown> | null;
  const { publicKey, privateKey, subject } = file ?? {};
  if (typeof publicKey !== 'string' || !/^[A-Za-z0-9_-]{87}$/.test(publicKey) || !is32Bytes(privateKey))
    throw new Error('PUSH_KEYS_FILE: needs "publicKey" and "privateKey" as base64url (VAPID)');
  if (typeof subject !== 'string' || !/^(mailto:.+@|https:\/\/)/.test(subject))
    throw new Error('PUSH_KEYS_FILE: needs a "subject", mailto: or https:, that push services write to');
  return { publicKey, privateKey, subject };
}

function pushOriginsOf(text: string): string[] {
  const origins = text.split(',').map((one) => one.trim());
  return origins.filter((origin) => {
    if (origin === '') return false;
    if (!URL.canParse(origin) || new URL(origin).origin !== origin || !isSecureOrigin(new URL(origin)))
      throw new Error('PUSH_ORIGINS: must be origins like https://push.example (http on loopback only)');
    return true;
  });
}

function publicUrlOf(text: string | undefined): URL | undefined {
  if (!text) return undefined; // the schema names it
  if (!URL.canParse(text)) throw new Error('PUBLIC_URL: must be an absolute URL');
  const url = new URL(text);
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    throw new Error('PUBLIC_URL: must be an origin only, like https://queue.example');
  }
  if (!isSecureOrigin(url)) throw new Error('PUBLIC_URL: must use https (http only on a loopback host)');
  return url;
}

/** The checked keys of a file `{"keys": […]}`, with no `kid` twice. */
function keysOf<T extends { readonly kid: string | number }>(
  env: NodeJS.ProcessEnv,
  variable: 'ADMISSION_KEYS_FILE' | 'TICKET_KEYS_FILE',
  keyOf: (value: Record<string, unknown>) => T | string,
): NonEmpty<T> | undefined {
  const path = env[variable];
  if (!path) return undefined; // the schema names it
  const file: { keys?: unknown } | null = JSON.parse(readKeyFile(path, variable));
  if (!Array.isArray(file?.keys) || file.keys.length === 0) {
    throw new Error(`${variable}: must hold {"keys": […]} with at least one key`);
  }
  const keys = file.keys.map((value: Record<string, unknown>, index) => {
    const key = keyOf(value ?? {});
    if (typeof key === 'string') throw new Error(`${variable}: keys[${index}] ${key}`);
    return key;
  });
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length)
    throw new Error(`${variable}: every kid must be unique`);
  return keys as unknown as NonEmpty<T>;
}

function readKeyFile(path: string, variable: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
    JSON.parse(text);
  } catch (error) {
    // Never the parser's message: it quotes the file, and the file is secret.
    const reason =
      error instanceof SyntaxError
        ? 'is not JSON'
        : `cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new Error(`${variable}: ${path} ${reason}`);
  }
  return text;
}

const is32Bytes = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9_-]{43}$/.test(value);

function admissionKeyOf({ kid, kty, crv, x, d }: Record<string, unknown>): AdmissionJwk | string {
  if (typeof kid !== 'string' || kid === '') return 'needs a "kid"';
  if (kty !== 'OKP' || crv !== 'Ed25519') return 'must be an OKP key on Ed25519';
  if (!is32Bytes(x) || !is32Bytes(d)) return 'needs "x" and "d" of 32 bytes as base64url (a private JWK)';
  return { kid, kty, crv, x, d };
}

function ticketSecretOf({ kid, secret }: Record<string, unknown>): TicketSecret | string {
  if (!Number.isInteger(kid) || (kid as number) < 0 || (kid as number) > 255)
    return 'needs a "kid" from 0 to 255';
  if (!is32Bytes(secret)) return 'needs a "secret" of 32 bytes as base64url';
  return { kid: kid as number, secret: Buffer.from(secret, 'base64url') };
}
