/**
 * Stripe behind the port: one payment intent an attempt, made first and confirmed second. Until it is confirmed nothing
 * can be charged, so an attempt whose maker died is voided by cancelling; and making it again under its key finds it.
 *
 * Methods: `stripe:pm_…` is confirmed here; `stripe:elements` is confirmed by Stripe's own script in the browser, which
 * gets the client secret.
 */
import Stripe from 'stripe';
import {
  type ChargeOutcome,
  type ChargeRequest,
  type PaymentProvider,
  type ProviderRefund,
  ProviderUnreachableError,
  type RefundOutcome,
  WebhookRefusedError,
} from './provider.ts';

export interface StripeOptions {
  secretKey: string;
  /** Of the webhook endpoint; several while one is being replaced. */
  webhookSecrets: readonly string[];
  /** Where the API is; default Stripe's own. */
  apiUrl?: string | undefined;
}

const ELEMENTS = 'stripe:elements';
const METHOD = /^stripe:(pm_[A-Za-z0-9_]{1,120}|elements)$/;
/** Stripe's own advice: older messages may be replays. */
const toleranceSeconds = 300;
/** More than the guard waits, so that it is the guard that decides. */
const timeoutMs = 10_000;
/** What certainly never got there. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

type Intent = Stripe.PaymentIntent;

export function createStripeProvider({ secretKey, webhookSecrets, apiUrl }: StripeOptions): PaymentProvider {
  const { hostname, port, protocol } = new URL(apiUrl ?? 'https://api.stripe.com');
  const stripe = new Stripe(secretKey, {
    host: hostname,
    port: port || (protocol === 'http:' ? 80 : 443),
    protocol: protocol === 'http:' ? 'http' : 'https',
    timeout: timeoutMs,
    // The guard retries, and knows what may be.
    maxNetworkRetries: 0,
    telemetry: false,
  });

  /** The intent of a key: made, or found again, as it was when it was made. Or why there is none. */
  async function makeIntent(request: ChargeRequest): Promise<Intent | { reason: string }> {
    const { idempotencyKey, reference, amountMinor, currency, method } = request;
    try {
      return await stripe.paymentIntents.create(
        {
          amount: amountMinor,
          currency: currency.toLowerCase(),
          automatic_payment_methods: {
            enabled: true,
            // Confirmed here there is no page to come back to.
            allow_redirects: method === ELEMENTS ? 'always' : 'never',
          },
          metadata: { reservation: reference, key: idempotencyKey },
        },
        { idempotencyKey },
      );
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === undefined) throw error;
      return { reason };
    }
  }

  /** Makes it final. What was captured in the same moment stays captured. */
  async function cancel(id: string): Promise<Intent> {
    try {
      return await stripe.paymentIntents.cancel(id);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeInvalidRequestError) return stripe.paymentIntents.retrieve(id);
      throw error;
    }
  }

  /** `isFinal`: what may be voided has been. */
  function outcomeOf(intent: Intent, isFinal: boolean): ChargeOutcome {
    const { status, last_payment_error: lastError } = intent;
    if (status === 'succeeded') return { status: 'captured', chargeId: intent.id };
    if (status === 'canceled') {
      const declined = reasonOf(lastError);
      return declined === undefined
        ? { status: 'voided', reason: intent.cancellation_reason ?? 'canceled' }
        : { status: 'declined', reason: declined };
    }
    const waitsForShopper = status === 'requires_action' || status === 'requires_payment_method';
    if (waitsForShopper && !isFinal) return { status: 'requires_action', action: actionOf(intent) };
    return { status: 'processing' };
  }

  return {
    name: 'stripe',
    methods: ['stripe:pm_…', ELEMENTS],
    accepts: (method) => METHOD.test(method),

    charge: (request) =>
      answering(async () => {
        const intent = await makeIntent(request);
        if ('reason' in intent) return { status: 'declined', ...intent };
        if (request.method === ELEMENTS) return outcomeOf(intent, false);
        try {
          const confirmed = await stripe.paymentIntents.confirm(
            intent.id,
            { payment_method: request.method.slice('stripe:'.length) },
            { idempotencyKey: `${request.idempotencyKey}.confirm` },
          );
          return outcomeOf(confirmed, false);
        } catch (error) {
          const declined = refusalOf(error);
          if (declined === undefined) throw error;
          // A declined intent could be paid again: this one is over, the next attempt has its own.
          const after = outcomeOf(await cancel(intent.id), true);
          return after.status === 'voided' ? { status: 'declined', reason: declined } : after;
        }
      }),

    resolve: (request, mode) =>
      answering(async () => {
        const made = await makeIntent(request);
        if ('reason' in made) return { status: 'voided', ...made };
        const { id } = made;
        const intent = await stripe.paymentIntents.retrieve(id);
        const isElements = request.method === ELEMENTS;
        const { status, last_payment_error: lastError } = intent;
        const waitsForShopper =
          status === 'requires_action' || (status === 'requires_payment_method' && isElements);
        const wasNeverCharged =
          status === 'requires_confirmation' || (status === 'requires_payment_method' && !isElements);
        if (wasNeverCharged && (mode !== 'look' || lastError)) return outcomeOf(await cancel(id), true);
        if (waitsForShopper && mode === 'give-up') return outcomeOf(await cancel(id), true);
        if (wasNeverCharged) return { status: 'processing' };
        return outcomeOf(intent, false);
      }),

    refund: ({ idempotencyKey, chargeId, amountMinor }) =>
      answering(async (): Promise<RefundOutcome> => {
        try {
          const asked = await stripe.refunds.create(
            { payment_intent: chargeId, amount: amountMinor, metadata: { key: idempotencyKey } },
            { idempotencyKey },
          );
          // The answer to a repeated key is the first one: how it stands now has to be asked for.
          const refund = asked.status === 'succeeded' ? asked : await stripe.refunds.retrieve(asked.id);
          const { status } = refundOf(refund);
          if (status === 'pending') throw new Error(`refund ${refund.id} is still ${refund.status}`);
          if (status === 'refused')
            return { status, reason: refund.failure_reason ?? refund.status ?? 'failed' };
          return { status, providerRefundId: refund.id };
        } catch (error) {
          const reason = refusalOf(error);
          if (reason === undefined) throw error;
          return { status: 'refused', reason };
        }
      }),

    findKey: (chargeId) =>
      answering(async () => {
        try {
          return (await stripe.paymentIntents.retrieve(chargeId)).metadata.key;
        } catch (error) {
          if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404)
            return undefined;
          throw error;
        }
      }),

    listRefunds: (chargeId) =>
      answering(async () => {
        const { data } = await stripe.refunds.list({ payment_intent: chargeId, limit: 100 });
        return data.map(refundOf);
      }),

    readEvent(body, headers) {
      const signature = headers['stripe-signature'];
      if (typeof signature !== 'string') throw new WebhookRefusedError('signature-missing');
      const event = verifiedEvent(stripe, body, signature, webhookSecrets);
      const subject = event.data.object as {
        object?: string;
        id?: string;
        payment_intent?: unknown;
        metadata?: Record<string, string> | null;
      };
      const chargeId = subject.object === 'payment_intent' ? subject.id : idOf(subject.payment_intent);
      const key = subject.object === 'refund' ? undefined : subject.metadata?.key;
      return {
        id: event.id,
        type: event.type,
        ...(key === undefined ? {} : { key }),
        ...(chargeId === undefined ? {} : { chargeId }),
      };
    },
  };
}

function verifiedEvent(
  stripe: Stripe,
  body: Buffer,
  signature: string,
  secrets: readonly string[],
): Stripe.Event {
  let isOld = false;
  for (const secret of secrets) {
    try {
      return stripe.webhooks.constructEvent(body, signature, secret, toleranceSeconds);
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeSignatureVerificationError))
        throw new WebhookRefusedError('malformed');
      isOld ||= error.message.includes('tolerance');
    }
  }
  throw new WebhookRefusedError(isOld ? 'too-old' : 'signature-invalid');
}

function actionOf(intent: Intent) {
  const url = intent.next_action?.redirect_to_url?.url;
  return url
    ? { type: 'redirect' as const, url }
    : { type: 'client' as const, ...(intent.client_secret ? { clientSecret: intent.client_secret } : {}) };
}

function refundOf(refund: Stripe.Refund): ProviderRefund {
  const { id, amount, status, metadata } = refund;
  return {
    providerRefundId: id,
    key: metadata?.key,
    amountMinor: amount,
    status:
      status === 'succeeded'
        ? 'succeeded'
        : status === 'failed' || status === 'canceled'
          ? 'refused'
          : 'pending',
  };
}

/** A refusal is an answer: the card was declined, or the request makes no sense. Undefined: something else went wrong. */
function refusalOf(error: unknown): string | undefined {
  const isRefusal =
    error instanceof Stripe.errors.StripeCardError ||
    (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode !== 409);
  return isRefusal ? (reasonOf(error) ?? 'refused') : undefined;
}

function reasonOf(error: { decline_code?: string; code?: string | undefined } | null): string | undefined {
  return error === null ? undefined : (error.decline_code ?? error.code ?? 'refused');
}

function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const id = (value as { id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : undefined;
}

/** Translates the library's errors into what the port promises. A refused charge before any confirmation is a decline. */
async function answering<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    const { errors } = Stripe;
    const isSpared =
      error instanceof errors.StripeAuthenticationError ||
      error instanceof errors.StripePermissionError ||
      error instanceof errors.StripeRateLimitError;
    const cause =
      error instanceof errors.StripeConnectionError ? (error.detail as { code?: string }) : undefined;
    if (isSpared || UNREACHABLE.has(cause?.code ?? ''))
      throw new ProviderUnreachableError((error as Error).message, { cause: error });
    throw error;
  }
}
