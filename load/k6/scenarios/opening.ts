/**
 * k6: the opening of a drop in an open model. Shoppers arrive at the rate they arrive, however the room is doing: some before
 * the opening, most in the first seconds after it; each waits as told, comes when called, and buys. Run by `npm run load -- opening`.
 */
import { check, sleep } from 'k6';
import crypto from 'k6/crypto';
import encoding from 'k6/encoding';
import exec from 'k6/execution';
import http, { type RefinedResponse, type ResponseType } from 'k6/http';
import { Counter, Rate, Trend } from 'k6/metrics';

const { ROOMS = '', CHECKOUTS = '', DROP = '', SKU = '', SUMMARY = '' } = __ENV;
const SHOPPERS = Number(__ENV.SHOPPERS);
const LOBBY_SECONDS = Number(__ENV.LOBBY_SECONDS);
const SELLING_SECONDS = Number(__ENV.SELLING_SECONDS);
const rooms = ROOMS.split(',');
const checkouts = CHECKOUTS.split(',');

/** A third comes to the lobby, half with the opening, the rest as stragglers. */
const RUSH_SECONDS = 3;
const perSecond = (share: number, seconds: number) => Math.max(1, Math.round((SHOPPERS * share) / seconds));

const joins = new Rate('joins_acknowledged');
const joinMs = new Trend('join_ms', true);
const faults = new Counter('server_faults');
const bought = new Counter('bought');

export const options = {
  scenarios: {
    crowd: {
      executor: 'ramping-arrival-rate',
      startRate: perSecond(0.3, LOBBY_SECONDS),
      timeUnit: '1s',
      preAllocatedVUs: SHOPPERS,
      stages: [
        { target: perSecond(0.3, LOBBY_SECONDS), duration: `${LOBBY_SECONDS}s` },
        { target: perSecond(0.5, RUSH_SECONDS), duration: '0s' },
        { target: perSecond(0.5, RUSH_SECONDS), duration: `${RUSH_SECONDS}s` },
        { target: perSecond(0.2, SELLING_SECONDS), duration: '0s' },
        { target: perSecond(0.2, SELLING_SECONDS), duration: `${SELLING_SECONDS}s` },
      ],
      gracefulStop: '60s',
    },
  },
  thresholds: {
    joins_acknowledged: ['rate>0.99'],
    server_faults: ['count<1'],
    bought: ['count>0'],
    checks: ['rate>0.99'],
    dropped_iterations: [`count<${Math.max(1, SHOPPERS * 0.01)}`],
  },
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
};

http.setResponseCallback(http.expectedStatuses({ min: 200, max: 299 }, 409, 410, 503));

type Answer = RefinedResponse<ResponseType | undefined>;

/** The answer's document; empty for one that has none. */
function documentOf(answer: Answer): Record<string, unknown> {
  return typeof answer.body === 'string' && answer.body.startsWith('{') ? JSON.parse(answer.body) : {};
}

function ask(
  method: string,
  url: string,
  headers: Record<string, string>,
  body: object | null = null,
): Answer {
  const json = body === null ? null : JSON.stringify(body);
  const answer = http.request(method, url, json, {
    headers: { ...headers, ...(json !== null && { 'content-type': 'application/json' }) },
    // One series per route, not one per place or reservation.
    tags: { name: `${method} ${url.replace(/^https?:\/\/[^/]+/, '').replace(/[0-9a-f-]{36}/g, '{id}')}` },
  });
  if (answer.status >= 500 && answer.status !== 503) faults.add(1);
  return answer;
}

/** Asks again as long as the service says "later", and as late as it says. */
function askPatiently(...request: Parameters<typeof ask>): Answer {
  for (;;) {
    const answer = ask(...request);
    if (answer.status !== 503 && answer.status !== 429) return answer;
    sleep(Number(answer.headers['Retry-After'] ?? 1) * (1 + Math.random() / 10));
  }
}

export default function shopper(): void {
  const who = exec.scenario.iterationInTest;
  const from = { 'x-forwarded-for': `100.${64 + ((who >> 16) & 63)}.${(who >> 8) & 255}.${who & 255}` };
  const room = `${rooms[who % rooms.length]}/v1/drops/${DROP}`;
  const ticket = join(room, from);
  if (ticket === null) return;
  const admission = waitAndEnter(room, { ...from, authorization: `Ticket ${ticket}` });
  if (admission !== null) buy(checkouts[who % checkouts.length] as string, from, admission);
}

function join(room: string, from: Record<string, string>): string | null {
  const nonce = encoding.b64encode(crypto.randomBytes(18), 'rawurl');
  const startedAt = Date.now();
  const answer = askPatiently('POST', `${room}/tickets`, from, { nonce });
  const soldOut = answer.status === 409 && String(documentOf(answer).type).endsWith('/sold-out');
  if (soldOut) return null;
  joinMs.add(Date.now() - startedAt);
  joins.add(answer.status === 201);
  return answer.status === 201 ? String(documentOf(answer).ticket) : null;
}

interface Admission {
  readonly token: string;
  readonly secret: string;
}

/** Until the turn comes; null when the drop ends, sells out or the scenario is over first. */
function waitAndEnter(room: string, headers: Record<string, string>): Admission | null {
  const secret = encoding.b64encode(crypto.randomBytes(32), 'rawurl');
  const bind = crypto.sha256(secret, 'base64rawurl');
  const endsAt = exec.scenario.startTime + (LOBBY_SECONDS + RUSH_SECONDS + SELLING_SECONDS + 20) * 1000;
  while (Date.now() < endsAt) {
    const answer = askPatiently('GET', `${room}/ticket`, headers);
    const status = documentOf(answer);
    if (answer.status !== 200 || status.phase === 'closed' || status.phase === 'sold_out') return null;
    let waitMs = Number(status.pollAfterMs);
    if (status.called === true) {
      const entry = askPatiently('POST', `${room}/admission`, headers, { bind });
      const answered = documentOf(entry);
      if (entry.status === 200) return { token: String(answered.token), secret };
      check(entry, {
        'entry is granted, or told when to ask again': ({ status }) =>
          status === 202 || status === 409 || status === 410,
      });
      if (entry.status === 410) return null;
      waitMs = Number(answered.retryAfterMs ?? answered.pollAfterMs ?? waitMs);
    }
    sleep((waitMs / 1000) * (1 + Math.random() / 10));
  }
  return null;
}

function buy(checkout: string, from: Record<string, string>, { token, secret }: Admission): void {
  const admitted = { ...from, authorization: `Bearer ${token}`, 'sluice-secret': secret };
  const opened = askPatiently('POST', `${checkout}/v1/drops/${DROP}/session`, admitted);
  if (!check(opened, { 'a token opens its session': ({ status }) => status === 201 || status === 200 }))
    return;
  const inside = { ...from, authorization: `Session ${documentOf(opened).token}` };
  const key = encoding.b64encode(crypto.randomBytes(16), 'rawurl');
  const held = askPatiently(
    'POST',
    `${checkout}/v1/reservations`,
    { ...inside, 'idempotency-key': key },
    {
      lines: [{ sku: SKU, quantity: 1 }],
    },
  );
  check(held, { 'a unit is held, or none is left': ({ status }) => status === 201 || status === 409 });
  if (held.status === 201) {
    const paid = askPatiently('POST', `${checkout}/v1/reservations/${documentOf(held).id}/payment`, inside, {
      method: 'sandbox:ok',
    });
    if (check(paid, { 'a hold can be paid': ({ status }) => status === 200 || status === 202 }))
      bought.add(1);
  } else askPatiently('DELETE', `${checkout}/v1/drops/${DROP}/session`, inside);
}

/** Everything k6 measured, for the verdict. */
export function handleSummary(data: object): Record<string, string> {
  return { [SUMMARY]: JSON.stringify(data) };
}
