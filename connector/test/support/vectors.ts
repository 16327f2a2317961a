/** The language-neutral test vectors of the package, made anew from the tokens and paths that the tests use. */
import { createPathRules } from '../../src/path-rules.ts';
import { sameOriginPath } from '../../src/return-path.ts';
import { DROP, ISSUER, jwksOf, NOW_SECONDS } from './fake-keys.ts';
import { claims, fixedSecrets, forgeries, honest, room, secret, withClaims } from './forgeries.ts';

const RETURN_PATHS = [
  ...['/', '/buy', '/buy?size=42', '/buy?next=//evil.example', '/buy#top', '/a/../b', '/a/%2e%2e/b', '/bü'],
  ...[
    '',
    ' ',
    'buy',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/.//evil.example',
  ],
  ...[
    '/%2e//evil.example',
    '/a/..//evil.example',
    'https://evil.example',
    'https:/evil.example',
    'javascript:alert(1)',
  ],
  ...[
    '/\tbuy',
    '/buy\n',
    '/buy\r\nset-cookie: a=b',
    '/buy\u0000',
    '/ buy',
    '/\u00a0buy',
    '/\ufeffbuy',
    '/\u2028',
  ],
  ...[
    '/.sluice/callback',
    '/.SLUICE/callback',
    '/%2esluice',
    '/a/../.sluice/callback',
    '/.sluicebox',
    'data:text/html,x',
  ],
];
const PROTECT = ['/buy'];
const IGNORE = ['/buy/terms'];
const PATHS = [
  ...[
    '/',
    '/buyer',
    '/buy-now',
    '/products/buy',
    '/buy/terms',
    '/buy/terms/',
    '/buy',
    '/buy/',
    '/buy/now',
    '//buy',
  ],
  ...[
    '/buy//now',
    '/BUY',
    '/Buy/Now',
    '/%62uy',
    '/b%75y/now',
    '/%2562uy',
    '/buy;x=1',
    '/buy;jsessionid=1/now',
    '/./buy',
  ],
  ...[
    '/x/../buy',
    '/x/%2e%2e/buy',
    '/%2fbuy',
    '/buy%2fnow',
    '/\\buy',
    '/buy/terms/../now',
    '/buy/%74erms',
    '/buy/TERMS',
  ],
  ...[
    '/buy/terms;x',
    '/buy/terms%2f..%2fnow',
    '/buy//terms',
    '/%5cbuy',
    '/buy/..%2fpublic',
    '/buy/..;/public',
  ],
];

/** What `vectors.json` must hold. */
export function makeVectors() {
  const rules = createPathRules(PROTECT, IGNORE);
  return {
    about:
      'Admission tokens, return paths and protected paths, each with its verdict. A verifier gets issuer, drop, secret, jwks and the time from here unless a case says otherwise. A verdict is "ok" or the reason of the refusal; who tells no reasons apart compares with "ok" only.',
    issuer: ISSUER,
    drop: DROP,
    secret,
    nowSeconds: NOW_SECONDS,
    clockToleranceSeconds: 5,
    lifetimeMaxSeconds: 3600,
    jwks: jwksOf(room),
    tokens: [
      { name: 'an honest token', token: honest, verdict: 'ok' },
      {
        name: 'with the shop’s name for the customer',
        token: withClaims({ customer: 'c-17' }),
        verdict: 'ok',
      },
      { name: 'with a claim of somebody else', token: withClaims({ admin: true }), verdict: 'ok' },
      { name: 'in its last moment', token: honest, nowSeconds: claims.exp + 4, verdict: 'ok' },
      {
        name: 'at its end, tolerance included',
        token: honest,
        nowSeconds: claims.exp + 5,
        verdict: 'expired',
      },
      { name: 'in its first moment', token: honest, nowSeconds: claims.iat - 5, verdict: 'ok' },
      { name: 'before its time', token: honest, nowSeconds: claims.iat - 6, verdict: 'not-yet-valid' },
      { name: 'for another drop', token: honest, drop: 'sneaker-2', verdict: 'drop-mismatch' },
      ...fixedSecrets.map(([name, presented, verdict]) => ({
        name,
        token: honest,
        secret: presented,
        verdict,
      })),
      ...forgeries.map(([name, token, verdict]) => ({ name, token, verdict })),
    ],
    returnPaths: RETURN_PATHS.map((to) => ({ to, path: sameOriginPath(to) })),
    protectedPaths: {
      protect: PROTECT,
      ignore: IGNORE,
      cases: PATHS.map((path) => ({ path, isProtected: rules.protectedBy(path) !== null })),
    },
  };
}
