/**
 * A stand-in for the room towards the checkout: real HTTP, real keys, no queue. It lets shoppers in, who then buy at the real
 * checkout.
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const text = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64url');

export interface Issuer {
  readonly url: string;
  /** An admission token beside its secret. */
  admit(drop: string, customer?: string): { token: string; secret: string; number: string };
  close(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'EdDSA', use: 'sig' }];
  const server = createServer((request, response) => {
    request.resume();
    const body = request.url === '/.well-known/jwks.json' ? { keys } : { revoked: [] };
    response.setHeader('content-type', 'application/json');
    response.end(request.method === 'GET' ? JSON.stringify(body) : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    admit(drop, customer) {
      const number = text(randomBytes(32));
      const secret = text(randomBytes(32));
      const now = Math.floor(Date.now() / 1000);
      const bind = createHash('sha256').update(secret).digest('base64url');
      const claims = { iss: url, aud: drop, sub: number, jti: number, iat: now, nbf: now, exp: now + 600 };
      const parts = [
        { alg: 'EdDSA', typ: 'admission+jwt', kid: 'k1' },
        { ...claims, cnf: { bind }, ...(customer !== undefined && { customer }) },
      ];
      const signed = parts.map((part) => text(JSON.stringify(part))).join('.');
      return { token: `${signed}.${text(sign(null, Buffer.from(signed), privateKey))}`, secret, number };
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export interface Purchase {
  readonly id: string;
  readonly number: string;
  readonly holdId: string;
}

/** Lets a shopper in, who holds and pays. @throws Error when the checkout does not sell */
export async function buy(
  checkoutUrl: string,
  issuer: Issuer,
  {
    drop,
    customer,
    sku = 'low-41',
    quantity = 1,
    declinedFirst = false,
  }: {
    drop: string;
    customer?: string;
    sku?: string;
    quantity?: number;
    declinedFirst?: boolean;
  },
): Promise<Purchase> {
  const { token, secret, number } = issuer.admit(drop, customer);
  // biome-ignore lint/suspicious/noExplicitAny: the checkout's answers, of which little is read
  async function post(path: string, body: unknown, headers: Record<string, string>): Promise<any> {
    const response = await fetch(new URL(path, checkoutUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (response.status >= 500) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }
  const opened = await post(
    `/v1/drops/${drop}/session`,
    {},
    {
      authorization: `Bearer ${token}`,
      'sluice-secret': secret,
    },
  );
  const session = { authorization: `Session ${opened.token}` };
  const hold = await post(
    '/v1/reservations',
    { lines: [{ sku, quantity }] },
    { ...session, 'idempotency-key': 'k' },
  );
  const pay = (method: string) => post(`/v1/reservations/${hold.id}/payment`, { method }, session);
  if (declinedFirst) await pay('sandbox:decline');
  const paid = await pay('sandbox:ok');
  if (!paid.order) throw new Error(`not sold: ${JSON.stringify(paid)}`);
  return { id: paid.order.id, number, holdId: hold.id };
}
