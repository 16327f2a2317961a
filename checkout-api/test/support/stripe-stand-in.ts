/**
 * Stripe as far as checkout-api uses it, over real HTTP: payment intents and refunds that keep their state, idempotency
 * keys that answer the same again, signed webhooks. Where stripe-mock is there, every request goes to it first: it knows
 * Stripe's own description of the API, and what it refuses is refused here; answers have its shape with our state in it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import Stripe from 'stripe';

export const webhookSecret = 'whsec_test_secret_of_the_stand_in';

type Fields = Record<string, unknown> & { id: string };
interface Reply {
  status: number;
  body: unknown;
}

export interface StripeStandIn {
  url: string;
  /** `lose`: does it and hangs up instead of answering, for so many requests. `hang`: never answers. `fail`: 500, nothing done. */
  trouble: { kind: 'none' | 'lose' | 'hang' | 'fail'; path: RegExp };
  /** Requests that stripe-mock refused. */
  refused: string[];
  intents: Map<string, Fields>;
  refunds: Map<string, Fields>;
  /** The shopper has done what was asked for, in the browser; or the provider has come to an end. */
  finish(intentId: string, status: 'succeeded' | 'requires_payment_method'): void;
  /** Somebody gives money back in Stripe's dashboard. */
  refundByHand(intentId: string, amount: number): void;
  /** Every event so far, oldest first, as a signed request. */
  events: { id: string; type: string; body: string }[];
  close(): Promise<void>;
}

/** What a webhook of Stripe's is signed with. */
export function signed(
  body: string,
  options: { secret?: string; timestamp?: number } = {},
): Record<string, string> {
  const { secret = webhookSecret, timestamp } = options;
  const header = new Stripe('sk_test_x').webhooks.generateTestHeaderString({
    payload: body,
    secret,
    ...(timestamp === undefined ? {} : { timestamp }),
  });
  return { 'content-type': 'application/json', 'stripe-signature': header };
}

export async function startStripeStandIn(mockPath: string | undefined): Promise<StripeStandIn> {
  const mock = mockPath === undefined ? undefined : await startMock(mockPath);
  const keys = new Map<string, { asked: string; reply: Reply }>();
  const anyId = (prefix: string) => `${prefix}_${randomBytes(12).toString('hex')}`;

  function emit(type: string, object: Fields): void {
    const event = {
      id: anyId('evt'),
      object: 'event',
      type,
      created: Math.floor(Date.now() / 1000),
      data: { object },
    };
    standIn.events.push({ id: event.id, type, body: JSON.stringify(event) });
  }

  function advance(intent: Fields, changes: Record<string, unknown>): void {
    Object.assign(intent, changes);
    const type = {
      succeeded: 'succeeded',
      processing: 'processing',
      canceled: 'canceled',
      requires_action: 'requires_action',
    };
    const name = type[intent.status as keyof typeof type] ?? 'payment_failed';
    emit(`payment_intent.${name}`, intent);
  }

  const cardError = (code: string, intent: Fields): Reply => ({
    status: 402,
    body: {
      error: {
        type: 'card_error',
        code,
        decline_code: 'insufficient_funds',
        message: 'declined',
        payment_intent: intent,
      },
    },
  });
  const invalid = (code: string): Reply => ({
    status: 400,
    body: { error: { type: 'invalid_request_error', code, message: code } },
  });

  function confirm(intent: Fields, method: string | null): Reply {
    if (!['requires_confirmation', 'requires_payment_method'].includes(String(intent.status)))
      return invalid('payment_intent_unexpected_state');
    if (method === 'pm_card_visa') advance(intent, { status: 'succeeded' });
    else if (method === 'pm_card_bank') advance(intent, { status: 'processing' });
    else if (method === 'pm_card_3ds')
      advance(intent, {
        status: 'requires_action',
        next_action: { type: 'use_stripe_sdk', use_stripe_sdk: {} },
      });
    else if (method === 'pm_card_declined') {
      const error = { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' };
      advance(intent, { status: 'requires_payment_method', last_payment_error: error });
      return cardError('card_declined', intent);
    } else return invalid('resource_missing');
    return { status: 200, body: intent };
  }

  function refund(intent: Fields | undefined, amount: number, metadata: Record<string, string>): Reply {
    if (intent?.status !== 'succeeded') return invalid('charge_not_captured');
    const given = [...standIn.refunds.values()].filter((one) => one.payment_intent === intent.id);
    const left = Number(intent.amount) - given.reduce((sum, one) => sum + Number(one.amount), 0);
    if (amount > left) return invalid('charge_already_refunded');
    const made = {
      id: anyId('re'),
      object: 'refund',
      amount,
      status: 'succeeded',
      payment_intent: intent.id,
      metadata,
    };
    standIn.refunds.set(made.id, made);
    emit('refund.created', made);
    return { status: 200, body: made };
  }

  function handle(method: string, path: string, query: URLSearchParams, form: URLSearchParams): Reply {
    const [, , resource, id = '', act] = path.split('/');
    const metadata = Object.fromEntries(
      [...form].flatMap(([key, value]) => {
        const match = /^metadata\[(.+)\]$/.exec(key);
        return match ? [[match[1], value]] : [];
      }),
    );
    if (resource === 'payment_intents' && method === 'POST' && id === '') {
      const amount = Number(form.get('amount'));
      if (amount < 50) return invalid('amount_too_small');
      const made = {
        id: anyId('pi'),
        object: 'payment_intent',
        status: 'requires_payment_method',
        amount,
        metadata,
      };
      const intent = {
        ...made,
        client_secret: `${made.id}_secret_x`,
        last_payment_error: null,
        next_action: null,
      };
      standIn.intents.set(made.id, intent);
      return { status: 200, body: { ...intent } };
    }
    if (resource === 'payment_intents') {
      const intent = standIn.intents.get(id);
      if (intent === undefined) return { ...invalid('resource_missing'), status: 404 };
      if (act === 'confirm') return confirm(intent, form.get('payment_method'));
      if (act === 'cancel') {
        if (['succeeded', 'canceled', 'processing'].includes(String(intent.status)))
          return invalid('payment_intent_unexpected_state');
        advance(intent, { status: 'canceled', cancellation_reason: null });
      }
      return { status: 200, body: { ...intent } };
    }
    if (method === 'POST' && id === '')
      return refund(
        standIn.intents.get(String(form.get('payment_intent'))),
        Number(form.get('amount')),
        metadata,
      );
    if (id !== '') return { status: 200, body: standIn.refunds.get(id) };
    const data = [...standIn.refunds.values()].filter(
      (one) => one.payment_intent === query.get('payment_intent'),
    );
    return { status: 200, body: { object: 'list', data, has_more: false, url: path } };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stripe');
    let text = '';
    for await (const chunk of request) text += chunk;
    const { kind } = standIn.trouble;
    const isTroubled = kind !== 'none' && standIn.trouble.path.test(`${request.method} ${pathname}`);
    if (isTroubled && kind === 'hang') return;
    if (isTroubled && kind === 'fail') {
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"type":"api_error"}}');
      return;
    }
    const shape = await mock?.check(
      request,
      pathname + (searchParams.size > 0 ? `?${searchParams}` : ''),
      text,
    );
    if (shape !== undefined && !shape.ok)
      standIn.refused.push(`${request.method} ${request.url}: ${shape.text}`);

    const key = request.headers['idempotency-key'];
    const asked = `${pathname} ${text}`;
    const known = typeof key === 'string' ? keys.get(key) : undefined;
    let reply = known?.reply;
    if (known !== undefined && known.asked !== asked)
      reply = { status: 400, body: { error: { type: 'idempotency_error', message: 'another request' } } };
    if (reply === undefined) {
      reply = structuredClone(
        handle(request.method ?? '', pathname, searchParams, new URLSearchParams(text)),
      );
      if (typeof key === 'string') keys.set(key, { asked, reply });
    }
    if (isTroubled) {
      request.socket.destroy();
      return;
    }
    const body =
      reply.status === 200 && shape?.ok
        ? { ...JSON.parse(shape.text), ...(reply.body as object) }
        : reply.body;
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  const server = createServer(
    (request, response) => void answer(request, response).catch(() => response.destroy()),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const standIn: StripeStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    trouble: { kind: 'none', path: /./ },
    refused: [],
    intents: new Map(),
    refunds: new Map(),
    events: [],
    finish(id, status) {
      const intent = standIn.intents.get(id);
      if (intent !== undefined) advance(intent, { status });
    },
    refundByHand: (id, amount) => void refund(standIn.intents.get(id), amount, {}),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      mock?.child.kill('SIGKILL');
    },
  };
  return standIn;
}

/** stripe-mock on a free port. `check` says whether the request fits Stripe's description, and how an answer looks. */
async function startMock(path: string) {
  const child: ChildProcess = spawn(path, ['-http-addr', '127.0.0.1:0', '-https-addr', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let port: string | undefined;
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    port = /Listening for HTTP at address: \S*:(\d+)/.exec(line)?.[1];
    if (port !== undefined) break;
  }
  child.stdout?.resume();
  child.stderr?.resume();
  return {
    child,
    async check(request: IncomingMessage, url: string, text: string) {
      const answer = await fetch(`http://127.0.0.1:${port}${url}`, {
        method: request.method ?? 'GET',
        headers: {
          authorization: request.headers.authorization ?? '',
          'content-type': request.headers['content-type'] ?? '',
        },
        ...(text === '' ? {} : { body: text }),
      });
      return { ok: answer.ok, text: await answer.text() };
    },
  };
}
