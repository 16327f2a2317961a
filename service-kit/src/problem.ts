/** Problem documents (RFC 9457): the one form in which every service tells a caller that something is wrong. */

/** What a problem is made of. */
export interface ProblemSpec {
  /** HTTP status, 4xx or 5xx. */
  readonly status: number;
  /** Short kebab-case name; the type URI is its page under docs/problems/. */
  readonly type: string;
  /** The same for every occurrence of the type. */
  readonly title: string;
  /** What this occurrence is about. Never a token, ticket or address. */
  readonly detail?: string | undefined;
  /** Becomes the Retry-After header. */
  readonly retryAfterSeconds?: number | undefined;
  /** Further members of the document. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

const TYPE_BASE = 'https://sluice.dev/problems/';

/** An operating fault that the caller is told about. Throw it anywhere below a route. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor({ status, type, title, detail, retryAfterSeconds, extra = {} }: ProblemSpec) {
    super(detail ?? title);
    this.status = status;
    this.type = type;
    this.title = title;
    this.detail = detail;
    this.retryAfterSeconds = retryAfterSeconds;
    this.extra = extra;
  }

  /** The document, as it is sent. */
  toJSON(): Record<string, unknown> {
    const { type, title, status, detail, extra } = this;
    return { type: TYPE_BASE + type, title, status, ...(detail !== undefined && { detail }), ...extra };
  }
}

/** Types by name: status and title. */
export type ProblemTable = Readonly<Record<string, { readonly status: number; readonly title: string }>>;

/** Types that every service has. */
export const KIT_PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'body-too-large': { status: 413, title: 'The body is too long' },
  'unsupported-media-type': { status: 415, title: 'The body has a type that is not understood here' },
  unauthorized: { status: 401, title: 'A valid credential is required' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'method-not-allowed': { status: 405, title: 'This address does not answer that method' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'store-unavailable': { status: 503, title: 'The store does not answer right now' },
  'internal-error': { status: 500, title: 'Something broke on our side' },
} as const;

const types = new Map<string, { readonly status: number; readonly title: string }>(
  Object.entries(KIT_PROBLEMS),
);

/** Adds a service's own types; the same type twice must say the same. */
export function registerProblems(table: ProblemTable): void {
  for (const [type, spec] of Object.entries(table)) types.set(type, spec);
}

/**
 * A problem of a registered type.
 * @param extra further members; `retryAfterSeconds` among them becomes the header
 * @throws Error for a type nobody registered: a mistake in the code, not of the caller
 */
export function problem(
  type: string,
  detail?: string,
  extra: Readonly<Record<string, unknown>> = {},
): Problem {
  const spec = types.get(type);
  if (!spec) throw new Error(`problem type "${type}" is not registered`);
  const { retryAfterSeconds, ...members } = extra;
  return new Problem({
    ...spec,
    type,
    detail,
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
    extra: members,
  });
}
