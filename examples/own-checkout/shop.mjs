// @ts-check
// A shop with a checkout of its own behind a Sluice room: one product, one unit a shopper. It protects /buy by the connector
// and tells the room three things: who is done, what it can carry, what is left. docs/guides/bring-your-own-checkout.md
import { createConnector } from '@sluice/connector';
import { sluice } from '@sluice/connector/express';
import express from 'express';

const {
  ROOM_URL = '',
  SHOP_URL = '',
  DROP = '',
  SERVICE_TOKEN = '',
  PORT = '3000',
  STOCK = '10',
} = process.env;

const product = { sku: 'low-42', name: 'Aurora Low, size 42', priceMinor: 12_900, available: Number(STOCK) };
/** Orders by the admission that bought: an admission buys once. @type {Map<string, number>} */
const orders = new Map();

/** @param {string} method @param {string} path @param {unknown} body */
async function tellRoom(method, path, body) {
  const response = await fetch(`${ROOM_URL}/v1/drops/${DROP}/${path}`, {
    method,
    headers: { authorization: `Bearer ${SERVICE_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(2000),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

/** What can be sold is told each second: a room that has not heard it for 10 s lets nobody in (stockBound: on). */
async function report() {
  const at = new Date();
  const sellable = product.available;
  const figures = { sellable, held: 0, inside: 0, insideWithoutHold: 0, opened: [] };
  await tellRoom('POST', 'capacity', { seq: at.getTime(), at: at.toISOString(), ...figures });
  await tellRoom('PUT', 'products', { currency: 'EUR', products: [product] });
}
setInterval(() => report().catch(console.error), 1000);

const connector = createConnector({ roomUrl: ROOM_URL, publicUrl: SHOP_URL, drop: DROP, protect: ['/buy'] });
const app = express();
app.use(sluice({ connector }));

app.get('/', (_, response) => void response.send(`<a href="/buy">Buy ${product.name}</a>`));

app.get('/buy', (_, response) => void response.send('<form method="post"><button>Pay</button></form>'));

app.post('/buy', async (request, response) => {
  const jti = request.sluice?.claims.jti ?? '';
  // Again with the same admission: the same order, not another one.
  if (!orders.has(jti) && product.available === 0) return void response.status(409).send('Sold out');
  if (!orders.has(jti)) {
    product.available -= 1;
    orders.set(jti, orders.size + 1);
  }
  // Their place is free for the next one. Told again when it was not heard: a real shop keeps it in its database.
  await tellRoom('POST', 'sessions/ended', { sessions: [{ jti, reason: 'paid' }] }).catch(console.error);
  response.send(`Order ${orders.get(jti)}`);
});

const server = app.listen(Number(PORT), '127.0.0.1', () => console.log(`shop: listening on ${SHOP_URL}`));
process.once('SIGTERM', () => server.close(() => process.exit(0)));
