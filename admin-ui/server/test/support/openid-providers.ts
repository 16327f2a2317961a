/** OpenID providers: a real one, and one that answers with whatever is wrong. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export const CLIENT = { id: 'sluice', secret: 'a-client-secret-of-some-length' };

/** Who is at the browser, as the provider knows them. */
export interface Guest {
  sub: string;
  email: string;
  email_verified: boolean;
  amr: string[];
}

export interface TestProvider {
  readonly issuer: string;
  /** Signs in next. */
  guest: Guest;
  close(): Promise<void>;
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server: Server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    close() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** oidc-provider, with nobody to click: whoever comes is the guest, and consents. */
export async function startProvider(redirectTo: () => string): Promise<TestProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {};
  const { issuer, close } = await listen((request, response) => handle(request, response));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const test: TestProvider = {
    issuer,
    guest: { sub: '1', email: '', email_verified: true, amr: [] },
    close,
  };
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectTo()] }],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['a', 'b'] },
    conformIdTokenClaims: false,
    claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ ...test.guest, sub }),
    }),
    async loadExistingGrant(context: {
      oidc: { provider: typeof provider; session: { accountId: string } };
    }) {
      const grant = new provider.Grant({ clientId: CLIENT.id, accountId: context.oidc.session.accountId });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
    // biome-ignore lint/suspicious/noExplicitAny: the library has no types of its own
  } as any);
  const answer = provider.callback();
  handle = (request, response) => {
    if (!request.url?.startsWith('/interaction/')) void answer(request, response);
    else {
      const { sub: accountId, amr } = test.guest;
      void provider.interactionFinished(request, response, { login: { accountId, amr } });
    }
  };
  return test;
}

export interface Misbehaviour {
  /** Of the ID token. */
  claims?: (claims: Record<string, unknown>) => Record<string, unknown>;
  header?: Record<string, unknown>;
  /** Signs the token in its own way. */
  signWith?: 'none' | 'another-key' | 'public-key-as-secret';
}

export interface BadProvider extends TestProvider {
  misbehave: Misbehaviour;
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Says yes to everybody at once; its ID tokens are as bad as it is told to make them. */
export async function startBadProvider(): Promise<BadProvider> {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const another = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let nonce = '';
  const json = (response: ServerResponse, value: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

  function idToken(): string {
    const { claims = (same) => same, header = {}, signWith } = provider.misbehave;
    const now = Math.floor(Date.now() / 1000);
    const { amr, ...guest } = provider.guest;
    const content = { iss: provider.issuer, aud: CLIENT.id, iat: now, exp: now + 60, nonce, ...guest, amr };
    const head = { alg: signWith === 'none' ? 'none' : 'RS256', kid: 'k', ...header };
    const text = `${base64url(head)}.${base64url(claims(content))}`;
    return `${text}.${signatureOf(text, signWith, own, another.privateKey)}`;
  }

  const { issuer, close } = await listen((request, response) => {
    const url = new URL(request.url ?? '/', provider.issuer);
    if (url.pathname === '/.well-known/openid-configuration')
      json(response, {
        issuer: provider.issuer,
        authorization_endpoint: `${provider.issuer}/authorize`,
        token_endpoint: `${provider.issuer}/token`,
        jwks_uri: `${provider.issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    else if (url.pathname === '/jwks')
      json(response, {
        keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }],
      });
    else if (url.pathname === '/authorize') {
      nonce = url.searchParams.get('nonce') ?? '';
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', 'a-code');
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      response.writeHead(303, { location: back.href }).end();
    } else json(response, { access_token: 'x', token_type: 'Bearer', expires_in: 60, id_token: idToken() });
  });
  const provider: BadProvider = {
    issuer,
    guest: { sub: '1', email: '', email_verified: true, amr: [] },
    misbehave: {},
    close,
  };
  return provider;
}

function signatureOf(
  text: string,
  how: Misbehaviour['signWith'],
  own: { privateKey: KeyObject; publicKey: KeyObject },
  another: KeyObject,
): string {
  if (how === 'none') return '';
  if (how === 'public-key-as-secret') {
    const secret = own.publicKey.export({ format: 'pem', type: 'spki' });
    return createHmac('sha256', secret).update(text).digest('base64url');
  }
  return sign('sha256', Buffer.from(text), how === 'another-key' ? another : own.privateKey).toString(
    'base64url',
  );
}
