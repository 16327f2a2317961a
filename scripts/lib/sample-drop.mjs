// @ts-check
// The drop a newcomer sees after `npm start`: made through the control plane's own API, open a minute later.

import { Failure } from './failure.mjs';

const OPENS_IN_MS = 60_000;
const PREFIX = 'sample-';

/**
 * @param {Date} now
 * @returns {string} an id of its own for each start
 */
export function sampleDropId(now) {
  return `${PREFIX}${now
    .toISOString()
    .slice(0, 19)
    .replaceAll(/[^0-9]/g, '')
    .slice(2)}`;
}

/**
 * Creates the drop, and closes what is left of earlier samples.
 * @param {import('./stack.mjs').Stack} stack
 * @param {string} id
 * @param {(text: string) => void} note
 * @returns {Promise<Date>} when it opens
 */
export async function createSampleDrop(stack, id, note) {
  await closeEarlierSamples(stack).catch(() => note('earlier sample drops could not be closed'));
  const opensAt = new Date(Date.now() + OPENS_IN_MS);
  const response = await call(stack, 'POST', '/api/v1/drops', {
    id,
    name: 'Aurora Low, first release',
    opensAt: opensAt.toISOString(),
    admission: {
      lobby: 'draw',
      lobbySeconds: 120,
      ratePerMinute: 60,
      maxSessions: 60,
      callWindowSeconds: 60,
    },
    page: {
      message: { en: 'Everyone here before the opening takes part in one fair draw.' },
      returnOrigins: [new URL(stack.storefront?.url ?? '').origin],
      defaultReturnTo: `${stack.storefront?.url}/buy`, // through the connector, which has to know the browser first
    },
    perShopperLimit: 2,
    currency: 'EUR',
    products: [
      { sku: 'aurora-low-41', name: 'Aurora Low, size 41', priceMinor: 12_900, stock: 60 },
      { sku: 'aurora-low-42', name: 'Aurora Low, size 42', priceMinor: 12_900, stock: 80 },
      { sku: 'aurora-low-43', name: 'Aurora Low, size 43', priceMinor: 12_900, stock: 40 },
    ],
  });
  if (!response.ok) {
    throw new Failure(
      `The control plane refused the sample drop: ${response.status} ${await response.text()}`,
    );
  }
  note(`${id}, opens at ${opensAt.toLocaleTimeString()}`);
  return opensAt;
}

/** @param {import('./stack.mjs').Stack} stack */
async function closeEarlierSamples(stack) {
  const response = await call(stack, 'GET', '/api/v1/drops');
  const { drops } = /** @type {{ drops: { id: string, phase?: string | null }[] }} */ (await response.json());
  for (const { id, phase } of drops) {
    if (!id.startsWith(PREFIX) || phase === 'closed') continue;
    const { ok } = await call(stack, 'POST', `/api/v1/drops/${id}/close`, {
      confirm: true,
      reason: 'a newer sample takes over',
    });
    if (!ok) throw new Failure(`${id} could not be closed`);
  }
}

/**
 * @param {import('./stack.mjs').Stack} stack
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
function call(stack, method, path, body) {
  return fetch(`${stack.admin?.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${stack.operatorKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
}
