/**
 * A room and a checkout reduced to what the shop sees of them: real HTTP servers with scripted answers that write down
 * what they were asked. The real ones are met in the browser tests.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bindOf, createSecret } from '@sluice/connector';

export const DROP = 'shop-test';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Upstream {
  readonly url: string;
  readonly asked: Asked[];
  /** The answer to `<METHOD> <path>`; 404 for anything else. */
  readonly answers: Map<string, { status?: number; body?: unknown; cookie?: string }>;
  close(): Promise<void>;
}

export async function startUpstream(): Promise<Upstream> {
  const asked: Asked[] = [];
  const answers: Upstream['answers'] = new Map();
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url = '', headers } = request;
    asked.push({ method, url, headers, body });
    const answer = answers.get(`${method} ${url.split('?', 1)[0]}`) ?? {
      status: 404,
      body: { type: 'about:blank' },
    };
    if (answer.cookie) response.setHeader('set-cookie', answer.cookie);
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', 'x-internal': 'hidden' });
    response.end(JSON.stringify(answer.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Teaches `room` stock, pulse and a key, and returns how an admission by that key is made: for a secret of its own, or for a given `bind`. */
export function furnishRoom(room: Upstream, productName = 'Aurora Low, size 42') {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'room-1', alg: 'EdDSA', use: 'sig' };
  room.answers.set('GET /.well-known/jwks.json', { body: { keys: [jwk] } });
  room.answers.set(`GET /v1/drops/${DROP}/pulse`, {
    body: { phase: 'open', opensAt: '2026-11-24T12:00:00Z' },
  });
  room.answers.set(`GET /v1/drops/${DROP}/products`, {
    body: {
      currency: 'EUR',
      products: [
        { sku: 'low-42', name: productName, priceMinor: 12_900, available: 12 },
        { sku: 'low-43', name: 'Aurora Low, size 43', priceMinor: 12_900, available: 3 },
        { sku: 'low-44', name: 'Aurora Low, size 44', priceMinor: 12_900, available: 0 },
      ],
    },
  });
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return async function admit(bind?: string) {
    const [secret, number] = [createSecret(), createSecret()];
    const iat = Math.floor(Date.now() / 1000);
    const claims = {
      iss: room.url,
      aud: DROP,
      sub: number,
      jti: number,
      iat,
      nbf: iat,
      exp: iat + 600,
      cnf: { bind: bind ?? (await bindOf(secret)) },
    };
    const input = `${encode({ alg: 'EdDSA', typ: 'admission+jwt', kid: 'room-1' })}.${encode(claims)}`;
    const token = `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
    return { token, secret, cookie: `sluice_token_${DROP}=${token}; sluice_secret_${DROP}=${secret}` };
  };
}
