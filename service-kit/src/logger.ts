/** The log of a service: pino JSON that holds no token, ticket, cookie, secret or address. */
import { type Logger, pino } from 'pino';

export interface LoggerOptions {
  readonly name: string;
  /** pino level; default `info`. */
  readonly level?: string;
  /** Coloured lines for people instead of JSON. */
  readonly pretty?: boolean;
  readonly instance?: string;
}

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

/** Anything in a text that looks like a JWT, a ticket or a bearer credential. */
const SECRET_TEXT = /eyJ[\w-]+\.[\w-]+\.[\w-]+|\b(?:Bearer|Ticket|Session)\s+[\w.~+/=-]{8,}/gi;

export function createLogger({ name, level = 'info', pretty = false, instance }: LoggerOptions): Logger {
  return pino({
    name,
    level,
    base: instance === undefined ? {} : { instance },
    redact: { paths: SECRET_MEMBERS.flatMap((member) => [member, `*.${member}`]), censor: '[redacted]' },
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
  });
}

function serializeError(error: Error): object {
  const { type, message, stack, ...rest } = pino.stdSerializers.err(error) as Record<string, unknown>;
  const clean = (text: unknown) =>
    typeof text === 'string' ? text.replace(SECRET_TEXT, '[redacted]') : text;
  return { type, message: clean(message), stack: clean(stack), code: rest.code };
}

/** Method and path; the query may hold a return address or a digest, the headers credentials. */
function serializeRequest(request: { method?: string; url?: string }): object {
  return { method: request.method, path: request.url?.split('?', 1)[0] };
}
