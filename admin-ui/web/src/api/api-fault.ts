/** Everything that can go wrong with a request, in one shape: a problem document, or that nothing answered at all. */

export interface FieldFault {
  /** As the server names it: `body.products.0.sku`. */
  readonly field: string;
  readonly reason: string;
}

export class ApiFault extends Error {
  override readonly name = 'ApiFault';
  /** 0: nothing answered. */
  readonly status: number;
  /** The last part of the problem's type, or `no-answer`. */
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
 */
export function reasonsByField(fields: readonly FieldFault[]): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const { field, reason } of fields) {
    const name = field.replace(/^(body|headers|querystring)\./, '');
    const known = reasons.get(name);
    reasons.set(name, known === undefined ? reason : `${known}; ${reason}`);
  }
  return reasons;
}
