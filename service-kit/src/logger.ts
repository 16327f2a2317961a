/** The log of a service: pino JSON that holds no token, ticket, cookie, secret or address. */
import { type DestinationStream, type Logger, type LoggerOptions as PinoOptions, pino } from 'pino';

export interface LoggerOptions {
  readonly name: string;
  /** pino level; default `info`. */
  readonly level?: string;
  /** Coloured lines for people instead of JSON. */
  readonly pretty?: boolean;
  readonly instance?: string;
  /** Where lines go; default standard output. */
  readonly destination?: DestinationStream;
}

const CENSOR = '[redacted]';

/** Members that are never written, at the top of a line or one level down. */
const SECRET_MEMBERS = [
  'token',
  'ticket',
  'cookie',
  'secret',
  'authorization',
  'password',
  'bind',
  'seed',
  'credential',
  'remoteAddress',
  'ip',
  'address',
  'headers',
  'url_query',
];

/**
 * What is taken out of every line, wherever it stands, messages and stacks included: JWTs, credentials after their
 * scheme, passwords in addresses, and long random words (a secret, a ticket or a digest is 43 base64url characters or
 * more; names of one case and hexadecimal are not meant). The names of members above are the rule, this is the net.
 */
const SECRET_TEXT = new RegExp(
  [
    String.raw`eyJ[\w-]+\.[\w-]+\.[\w-]*`,
    String.raw`\b(?:[Bb]earer|[Tt]icket|[Ss]ession|[Bb]asic)\s+[\w.~+/=-]{16,}`,
    String.raw`(?<=://)[^\s/"@]+(?=@)`,
    String.raw`(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{40,}`,
  ].join('|'),
  'g',
);

export function createLogger(options: LoggerOptions): Logger {
  const { name, level = 'info', pretty = false, instance, destination } = options;
  const settings: PinoOptions = {
    name,
    level,
    base: instance === undefined ? {} : { instance },
    hooks: { streamWrite: (line) => line.replace(SECRET_TEXT, CENSOR) },
    redact: { paths: SECRET_MEMBERS.flatMap((member) => [member, `*.${member}`]), censor: CENSOR },
    serializers: {
      err: serializeError,
      req: serializeRequest,
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
    },
    ...(pretty && {
      transport: {
        target: 'pino-pretty',
        options: { ignore: 'pid,hostname,instance', translateTime: 'HH:MM:ss.l' },
      },
    }),
  };
  return destination ? pino(settings, destination) : pino(settings);
}

/** No other member of an error: those of a database driver quote rows. */
function serializeError(error: Error): object {
  const { type, message, stack, code } = pino.stdSerializers.err(error) as Record<string, unknown>;
  return { type, message, stack, code };
}

/** Method and path; the query may hold a return address or a digest, the headers credentials. */
function serializeRequest(request: { method?: string; url?: string }): object {
  return { method: request.method, path: request.url?.split('?', 1)[0] };
}
