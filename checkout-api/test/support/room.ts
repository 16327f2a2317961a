/** A stand-in for the waiting room: real HTTP, real keys, no queue. It signs admission tokens and remembers what it is told. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { sha256 } from '../../src/domain/hash.ts';
import { anyTicket } from './checkout-database.ts';

export interface Told {
  path: string;
  authorization: string | undefined;
  body: Record<string, unknown>;
}

export interface TestRoom {
  url: string;
  /** What it was told, in order. */
  calls: Told[];
  /** The status it answers reports with. Default 204. */
  status: number;
  /** Public numbers on its list of revocations. */
  revoked: string[];
  /** What happens before it answers. */
  onCall?: (told: Told) => Promise<unknown>;
  /** Signs an admission; `changes` replaces claims. */
  admit(
    drop: string,
    changes?: Record<string, unknown>,
  ): Promise<{ token: string; secret: string; jti: string }>;
  close(): Promise<void>;
}

export async function startTestRoom(): Promise<TestRoom> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }] };
  const server = createServer((request, response) => {
    if (request.url === '/.well-known/jwks.json') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(jwks));
      return;
    }
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ revoked: room.revoked }));
      return;
    }
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', async () => {
      const { authorization } = request.headers;
      const told = { path: request.url ?? '', authorization, body: JSON.parse(text) };
      room.calls.push(told);
      await room.onCall?.(told);
      response.writeHead(room.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const room: TestRoom = {
    url,
    calls: [],
    status: 204,
    revoked: [],
    async admit(drop, changes = {}) {
      const jti = anyTicket();
      const secret = anyTicket();
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: url,
        aud: drop,
        sub: jti,
        jti,
        iat: now,
        nbf: now,
        exp: now + 600,
        cnf: { bind: sha256(secret).toString('base64url') },
        ...changes,
      };
      const header = { alg: 'EdDSA', typ: 'admission+jwt', kid: 'k1' };
      const token = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
      return { token, secret, jti: String(claims.jti) };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return room;
}
