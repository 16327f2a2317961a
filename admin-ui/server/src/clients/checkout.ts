/**
 * The checkout's internal API: drops set up, stock moved, balances read. Every call has a time-out; outcomes are values,
 * only a checkout that can't be asked throws.
 */
import type { Drop } from '../domain/drop.ts';

/** An operator waits for it, and two may follow each other in one request. */
const TIMEOUT_MS = 2000;

export interface Balance {
  readonly sku: string;
  readonly initial: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly total: number;
}

export interface Movement {
  readonly id: number;
  readonly drop: string;
  readonly sku: string;
  readonly delta: number;
  readonly reason: string;
  readonly actor: string;
  readonly at: string;
}

export interface CheckoutClient {
  /** Creates the drop there, or changes it. Repeating it changes nothing. */
  setUp(drop: Drop): Promise<void>;
  /** Undefined: it does not know the drop. */
  balances(drop: string): Promise<Balance[] | undefined>;
  /** Under one key it happens once, however often it is sent. `isReplay`: it had happened before. */
  move(
    drop: string,
    key: string,
    movement: Pick<Movement, 'sku' | 'delta' | 'reason' | 'actor'>,
  ): Promise<
    { movement: Movement; isReplay: boolean } | 'no-such-sku' | 'not-enough-stock' | 'idempotency-key-reused'
  >;
  /** Takes admissions back; repeating it changes nothing. How many checkout sessions that ended; undefined: no such drop. */
  revoke(
    drop: string,
    revocation: { jtis: readonly string[]; reason: string; actor: string },
  ): Promise<number | undefined>;
}

/** The checkout could not be asked, or answered what it never should. */
export class CheckoutFault extends Error {
  override readonly name = 'CheckoutFault';
  /** False: the request never reached it, so nothing can have happened. */
  readonly maybeDone: boolean;

  constructor(message: string, maybeDone: boolean, cause?: unknown) {
    super(message, { cause });
    this.maybeDone = maybeDone;
  }
}

/** @param options.url base URL of its internal listener */
export function createCheckoutClient(options: { url: string; serviceToken: string }): CheckoutClient {
  const { url, serviceToken } = options;

  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: Headers; body: unknown }> {
    try {
      const response = await fetch(new URL(path, url), {
        method,
        headers: {
          authorization: `Bearer ${serviceToken}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
    } catch (error) {
      const code = (error as { cause?: { code?: string } }).cause?.code;
      const reached = code !== 'ECONNREFUSED' && code !== 'ENOTFOUND' && code !== 'EAI_AGAIN';
      throw new CheckoutFault('the checkout does not answer', reached, error);
    }
  }

  const refused = ({ status, body }: { status: number; body: unknown }) => {
    const { title = '', detail = '' } = body as { title?: string; detail?: string };
    return new CheckoutFault(`the checkout answered ${status}: ${detail || title}`, status >= 500);
  };
  const typeOf = ({ body }: { body: unknown }) =>
    String((body as { type?: unknown }).type)
      .split('/')
      .pop();

  return {
    async setUp({ id, name, closesAt, admission, perShopperLimit, currency, products }) {
      const { holdSeconds, tokenSeconds } = admission;
      const plan = { name, closesAt, holdSeconds, tokenSeconds, perShopperLimit, currency, products };
      const answer = await call('PUT', `/internal/v1/drops/${id}`, plan);
      if (answer.status !== 200) throw refused(answer);
    },
    async balances(drop) {
      const answer = await call('GET', `/internal/v1/drops/${drop}/stock`);
      if (answer.status === 200) return (answer.body as { products: Balance[] }).products;
      if (typeOf(answer) === 'no-such-drop') return undefined;
      throw refused(answer);
    },
    async move(drop, key, movement) {
      const path = `/internal/v1/drops/${drop}/stock-movements`;
      const answer = await call('POST', path, movement, { 'idempotency-key': key });
      if (answer.status === 201) {
        const isReplay = answer.headers.get('idempotent-replayed') === 'true';
        return { movement: answer.body as Movement, isReplay };
      }
      const type = typeOf(answer);
      if (type === 'no-such-sku' || type === 'not-enough-stock' || type === 'idempotency-key-reused')
        return type;
      throw refused(answer);
    },
    async revoke(drop, revocation) {
      const answer = await call('POST', `/internal/v1/drops/${drop}/revocations`, revocation);
      if (answer.status === 200) return (answer.body as { ended: number }).ended;
      if (typeOf(answer) === 'no-such-drop') return undefined;
      throw refused(answer);
    },
  };
}
