/** Environment → Config. Every fault is reported at once, by name and expectation. */

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly instanceId: string | undefined;
  /** Proxies whose `X-Forwarded-For` is believed; false for none. */
  readonly trustedProxies: readonly string[] | false;
  /** Where shoppers find this shop. */
  readonly publicUrl: string;
  /** Where shoppers find the waiting room. */
  readonly roomPublicUrl: string;
  /** Where this process finds the room's keys; the origin also serves stock and pulse. */
  readonly roomJwksUrl: string;
  readonly roomIssuer: string;
  readonly checkoutUrl: string;
  readonly drop: string;
  /** Whether shoppers may ask for a receipt by e-mail; the checkout must know a mail server. */
  readonly sendsReceipts: boolean;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const DROP_ID = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** @throws ConfigError naming every variable that is missing or wrong */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const faults: string[] = [];
  const text = (name: string, fallback?: string) => {
    const value = environment[name] || fallback;
    if (value === undefined) faults.push(`${name} is required`);
    return value ?? '';
  };
  const matching = (
    name: string,
    fallback: string | undefined,
    isRight: (value: string) => boolean,
    what: string,
  ) => {
    const value = text(name, fallback);
    if (value && !isRight(value)) faults.push(`${name} must be ${what}`);
    return value;
  };
  const url = (name: string, fallback?: string) =>
    matching(
      name,
      fallback,
      (value) => /^https?:\/\//.test(value) && URL.canParse(value),
      'an http(s) address',
    ).replace(/\/$/, '');

  const port = Number(
    matching('PORT', '0', (value) => /^\d{1,5}$/.test(value) && Number(value) <= 65_535, 'a port, 0-65535'),
  );
  const roomPublicUrl = url('ROOM_PUBLIC_URL');
  const config: Config = {
    host: text('HOST', '127.0.0.1'),
    port,
    logLevel: matching('LOG_LEVEL', 'info', (value) => LEVELS.includes(value), `one of ${LEVELS.join(', ')}`),
    instanceId: environment.INSTANCE_ID,
    trustedProxies: environment.TRUSTED_PROXIES
      ? environment.TRUSTED_PROXIES.split(',').map((range) => range.trim())
      : false,
    publicUrl: url('PUBLIC_URL', port > 0 ? `http://localhost:${port}` : undefined),
    roomPublicUrl,
    roomJwksUrl: url('ROOM_JWKS_URL', roomPublicUrl && `${roomPublicUrl}/.well-known/jwks.json`),
    roomIssuer: text('ROOM_ISSUER', roomPublicUrl),
    checkoutUrl: url('CHECKOUT_URL'),
    drop: matching('DROP', undefined, (value) => DROP_ID.test(value), 'a drop id'),
    sendsReceipts:
      matching('RECEIPTS', 'off', (value) => value === 'on' || value === 'off', 'on or off') === 'on',
  };
  if (faults.length > 0) throw new ConfigError([...new Set(faults)]);
  return config;
}
