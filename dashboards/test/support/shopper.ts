/** A shopper who goes the whole way over HTTP, so that every metric has something to count. */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../../../scripts/lib/stack.mjs';

const json = { 'content-type': 'application/json' };

async function call(url: string, init: RequestInit, expected: number): Promise<Record<string, unknown>> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  if (response.status !== expected)
    throw new Error(`${init.method} ${url} answered ${response.status}: ${text}`);
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}

/** A drop that is open at once, made through the control plane. */
export async function openDrop(stack: Stack, id: string): Promise<void> {
  await call(
    `${stack.admin?.url}/api/v1/drops`,
    {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${stack.operatorKey}` },
      body: JSON.stringify({
        id,
        name: id,
        opensAt: new Date().toISOString(),
        admission: { lobby: 'fifo', lobbySeconds: 0, ratePerMinute: 6000, maxSessions: 1000 },
        page: { returnOrigins: ['https://shop.example'], defaultReturnTo: 'https://shop.example/' },
        perShopperLimit: 2,
        currency: 'EUR',
        products: [{ sku: 'unit', name: 'A unit', priceMinor: 1000, stock: 10_000 }],
      }),
    },
    201,
  );
}

/** Joins; the ticket. */
export async function joinLine(stack: Stack, drop: string): Promise<string> {
  const joined = await call(`${stack.rooms[0]?.url}/v1/drops/${drop}/tickets`, { method: 'POST' }, 201);
  return String(joined.ticket);
}

/** Joins, waits for the turn, opens a session, reserves and pays. */
export async function buy(stack: Stack, drop: string): Promise<void> {
  const room = `${stack.rooms.at(-1)?.url}/v1/drops/${drop}`;
  const checkout = stack.checkouts[0]?.url;
  const ticket = await joinLine(stack, drop);
  const secret = randomBytes(32).toString('base64url');
  const bind = createHash('sha256').update(secret).digest('base64url');
  const entry = {
    method: 'POST',
    headers: { ...json, authorization: `Ticket ${ticket}` },
    body: JSON.stringify({ bind }),
  };
  const token = await (async () => {
    const deadline = performance.now() + 20_000;
    let last = '';
    while (performance.now() < deadline) {
      const response = await fetch(`${room}/admission`, { ...entry, signal: AbortSignal.timeout(10_000) });
      last = await response.text();
      if (response.status === 200) return (JSON.parse(last) as { token: string }).token;
      await sleep(200);
    }
    throw new Error(`the shopper's turn did not come: ${last}`);
  })();
  const session = await call(
    `${checkout}/v1/drops/${drop}/session`,
    { method: 'POST', headers: { authorization: `Bearer ${token}`, 'sluice-secret': secret } },
    201,
  );
  const headers = { ...json, authorization: `Session ${session.token}` };
  const reservation = await call(
    `${checkout}/v1/reservations`,
    {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': randomBytes(8).toString('hex') },
      body: JSON.stringify({ lines: [{ sku: 'unit', quantity: 1 }] }),
    },
    201,
  );
  await call(
    `${checkout}/v1/reservations/${reservation.id}/payment`,
    { method: 'POST', headers, body: JSON.stringify({ method: 'sandbox:ok' }) },
    200,
  );
}

/** Asks for the keys until the limit refuses. */
export async function exceedLimit(stack: Stack): Promise<void> {
  for (let asked = 0; asked < 1_000; asked++) {
    const response = await fetch(`${stack.rooms[0]?.url}/.well-known/jwks.json`);
    await response.arrayBuffer();
    if (response.status === 429) return;
  }
  throw new Error('1,000 requests in a row were not too many');
}
