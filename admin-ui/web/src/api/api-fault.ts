/** Everything that can go wrong with a request, in one shape: a problem document, or that nothing answered at all. */

/** What the server says in English, for words of our own: which sentence it is, and what stands in it. */
export interface Told {
  readonly code: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface FieldFault extends Partial<Told> {
  /** As the server names it: `body.products.0.sku`. */
  readonly field: string;
  /** In English. */
  readonly reason: string;
  /** Of the file that was sent, from 1. */
  readonly line?: number;
}

export class ApiFault extends Error {
  override readonly name = 'ApiFault';
  /** 0: nothing answered. */
  readonly status: number;
  /** The last part of the problem's type, `no-answer` or `no-outcome`. */
  readonly type: string;
  /** By the server, in English; for people who read on when the text by `type` is not enough. */
  readonly detail: string;
  readonly fields: readonly FieldFault[];
  readonly retryAfterSeconds: number | null;
  /** The whole document, for what only some types say. */
  readonly document: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    document: Readonly<Record<string, unknown>>,
    retryAfterSeconds: number | null = null,
  ) {
    const type = String(document.type ?? 'unknown').replace(/^.*\//, '');
    super(`${status} ${type}`);
    this.status = status;
    this.type = type;
    this.detail = typeof document.detail === 'string' ? document.detail : '';
    this.fields = Array.isArray(document.errors) ? (document.errors as FieldFault[]) : [];
    this.retryAfterSeconds = retryAfterSeconds;
    this.document = document;
  }

  /** Whether the same request may well succeed later, with nothing changed. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Whatever was thrown, as a fault: what is none of ours is a mistake in this page. */
export function faultOf(thrown: unknown): ApiFault {
  return thrown instanceof ApiFault
    ? thrown
    : new ApiFault(-1, { type: 'broken-page', detail: String(thrown) });
}

/**
 * Reasons by field, without the `body.` in front; a field may have several.
 * @param fields of a fault
 * @param textOf says a reason in the reader's language
 */
export function reasonsByField(
  fields: readonly FieldFault[],
  textOf: (fault: FieldFault) => string,
): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const fault of fields) {
    const reason = textOf(fault);
    const name = fault.field.replace(/^(body|headers|querystring)\./, '');
    const known = reasons.get(name);
    reasons.set(name, known === undefined ? reason : `${known}; ${reason}`);
  }
  return reasons;
}
