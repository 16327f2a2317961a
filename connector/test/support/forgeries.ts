/** Tokens that must be refused, and one that must not: made of fixed keys, so that they are the same in every run and can be committed. */
import { createPublicKey } from 'node:crypto';
import type { RefusalReason } from '../../src/index.ts';
import {
  DROP,
  encode,
  fixedDigest,
  fixedSigningKey,
  headerOf,
  honestClaims,
  ISSUER,
  NOW_SECONDS,
  signHmac,
  signToken,
} from './fake-keys.ts';

export const room = fixedSigningKey('room-1', 'the room');
export const stranger = fixedSigningKey('room-1', 'a stranger');
export const secret = fixedDigest('secret');
const number = fixedDigest('number');
export const claims = { ...(await honestClaims(secret)), sub: number, jti: number };
export const honest = signToken(room, claims);

const [head, body, signature] = honest.split('.') as [string, string, string];
const publicPem = createPublicKey(room.privateKey).export({ type: 'spki', format: 'pem' }) as string;
const publicRaw = Buffer.from(room.jwk.x as string, 'base64url');
const ecInput = `${encode({ ...headerOf(room), alg: 'ES256' })}.${body}`;
/** The honest token with other claims. */
export const withClaims = (change: object) => signToken(room, { ...claims, ...change });
const headed = (change: object) => signToken(room, claims, { ...headerOf(room), ...change });
const without = (name: keyof typeof claims) => signToken(room, { ...claims, [name]: undefined });
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The same bytes for a lenient decoder: the last character's four spare bits are set differently. */
export const respelled = `${head}.${body}.${signature.slice(0, -1)}${ALPHABET[ALPHABET.indexOf(signature.at(-1) as string) + 1]}`;

export const forgeries: readonly (readonly [kind: string, token: string | null, reason: RefusalReason])[] = [
  ['nothing', null, 'token-missing'],
  ['an empty text', '', 'token-missing'],
  ['a text that is no token', 'let-me-in', 'token-malformed'],
  ['two parts', `${head}.${body}`, 'token-malformed'],
  ['four parts', `${honest}.${signature}`, 'token-malformed'],
  ['an empty signature', `${head}.${body}.`, 'token-malformed'],
  ['surrounding white space', ` ${honest}`, 'token-malformed'],
  ['base64 with padding', `${head}==.${body}.${signature}`, 'token-malformed'],
  ['standard base64 characters', honest.replace(/[-_]/, '+').concat('+'), 'token-malformed'],
  ['the same signature in another spelling', respelled, 'token-malformed'],
  ['too great a length', signToken(room, { ...claims, pad: 'x'.repeat(4000) }), 'token-malformed'],
  ['a header that is no JSON', signToken(room, claims, 'alg=EdDSA'), 'token-malformed'],
  ['a header that is an array', signToken(room, claims, ['EdDSA']), 'token-malformed'],
  ['a header that is null', signToken(room, claims, null), 'token-malformed'],
  [
    'alg none with an empty signature',
    `${encode({ ...headerOf(room), alg: 'none' })}.${body}.`,
    'token-malformed',
  ],
  ['alg none with a signature', headed({ alg: 'none' }), 'header-not-allowed'],
  ['alg NONE', headed({ alg: 'NONE' }), 'header-not-allowed'],
  ['alg in another case', headed({ alg: 'eddsa' }), 'header-not-allowed'],
  ['alg as an array', headed({ alg: ['EdDSA'] }), 'header-not-allowed'],
  [
    'HS256 with the public key as PEM',
    signHmac(publicPem, claims, { ...headerOf(room), alg: 'HS256' }),
    'header-not-allowed',
  ],
  [
    'HS256 with the raw public key',
    signHmac(publicRaw, claims, { ...headerOf(room), alg: 'HS256' }),
    'header-not-allowed',
  ],
  ['an HMAC that calls itself EdDSA', signHmac(publicRaw, claims, headerOf(room)), 'signature-invalid'],
  [
    'ES256 by a key of its own',
    // Such a signature is another one each time; it is not read anyway.
    `${ecInput}.${Buffer.alloc(64, 1).toString('base64url')}`,
    'header-not-allowed',
  ],
  ['crit with an unknown extension', headed({ crit: ['b64'], b64: false }), 'header-not-allowed'],
  [
    'an embedded jwk',
    signToken(stranger, claims, { ...headerOf(stranger), jwk: stranger.jwk }),
    'header-not-allowed',
  ],
  ['a jku', headed({ jku: 'https://evil.example/jwks.json' }), 'header-not-allowed'],
  ['an x5u', headed({ x5u: 'https://evil.example/chain.pem' }), 'header-not-allowed'],
  ['an x5c', headed({ x5c: ['MIIB'] }), 'header-not-allowed'],
  ['zip', headed({ zip: 'DEF' }), 'header-not-allowed'],
  ['a cty', headed({ cty: 'JWT' }), 'header-not-allowed'],
  ['typ JWT', headed({ typ: 'JWT' }), 'header-not-allowed'],
  ['no typ', signToken(room, claims, { alg: 'EdDSA', kid: room.kid }), 'header-not-allowed'],
  ['no kid', signToken(room, claims, { alg: 'EdDSA', typ: 'admission+jwt' }), 'header-not-allowed'],
  ['an empty kid', headed({ kid: '' }), 'header-not-allowed'],
  ['a kid that is a number', headed({ kid: 1 }), 'header-not-allowed'],
  ['a kid that is a path', headed({ kid: '../../dev/null' }), 'key-unknown'],
  ['a kid that is a member of every object', headed({ kid: '__proto__' }), 'key-unknown'],
  ['a kid that is SQL', headed({ kid: "x' union select 'k" }), 'key-unknown'],
  ['the signature of another key under the right kid', signToken(stranger, claims), 'signature-invalid'],
  [
    'altered claims under the old signature',
    `${head}.${encode({ ...claims, exp: claims.exp + 1 })}.${signature}`,
    'signature-invalid',
  ],
  [
    'an altered signature',
    `${head}.${body}.${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`,
    'signature-invalid',
  ],
  ['a signature of zeroes', `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`, 'signature-invalid'],
  [
    'the signature of another token',
    `${head}.${body}.${withClaims({ exp: claims.exp + 1 }).split('.')[2]}`,
    'signature-invalid',
  ],
  ['a short signature', `${head}.${body}.AAAA`, 'signature-invalid'],
  ['another issuer', withClaims({ iss: 'https://evil.example' }), 'issuer-mismatch'],
  ['the issuer with a slash', withClaims({ iss: `${ISSUER}/` }), 'issuer-mismatch'],
  ['no issuer', without('iss'), 'claims-invalid'],
  ['another drop', withClaims({ aud: 'sneaker-2' }), 'drop-mismatch'],
  ['the drop in upper case', withClaims({ aud: DROP.toUpperCase() }), 'drop-mismatch'],
  ['a list of drops', withClaims({ aud: [DROP] }), 'claims-invalid'],
  ['no audience', without('aud'), 'claims-invalid'],
  ['a jti that is not the subject', withClaims({ jti: fixedDigest('something else') }), 'claims-invalid'],
  ['a number of another form', withClaims({ sub: 'x', jti: 'x' }), 'claims-invalid'],
  ['no subject', without('sub'), 'claims-invalid'],
  ['no iat', without('iat'), 'claims-invalid'],
  ['no nbf', without('nbf'), 'claims-invalid'],
  ['no exp', without('exp'), 'claims-invalid'],
  ['exp as a text', withClaims({ exp: String(claims.exp) }), 'claims-invalid'],
  [
    'exp beyond all numbers',
    signToken(room, JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e999')),
    'claims-invalid',
  ],
  ['exp before nbf', withClaims({ exp: claims.nbf - 1 }), 'claims-invalid'],
  ['an end long past', withClaims({ iat: 1000, nbf: 1000, exp: 1600 }), 'expired'],
  ['a beginning to come', withClaims({ iat: NOW_SECONDS + 6, nbf: NOW_SECONDS + 6 }), 'not-yet-valid'],
  ['an iat to come', withClaims({ iat: NOW_SECONDS + 6 }), 'not-yet-valid'],
  ['a lifetime of more than an hour', withClaims({ exp: claims.iat + 3601 }), 'lifetime-too-long'],
  ['a lifetime hidden behind a late iat', withClaims({ nbf: claims.iat - 3600 }), 'lifetime-too-long'],
  ['no binding', without('cnf'), 'claims-invalid'],
  ['a binding that is a list', withClaims({ cnf: [claims.cnf.bind] }), 'claims-invalid'],
  ['an empty binding', withClaims({ cnf: { bind: '' } }), 'claims-invalid'],
  [
    'the binding of another secret',
    withClaims({ cnf: { bind: fixedDigest('something else') } }),
    'secret-mismatch',
  ],
  ['the secret itself as binding', withClaims({ cnf: { bind: secret } }), 'secret-mismatch'],
  ['a customer that is no text', withClaims({ customer: { id: 1 } }), 'claims-invalid'],
  ['claims that are an array', signToken(room, [claims]), 'claims-invalid'],
  ['claims that are null', signToken(room, null), 'claims-invalid'],
  ['claims that are no JSON', signToken(room, 'drop=sneaker-1'), 'claims-invalid'],
];

/** What may stand beside the honest token, and is refused. */
export const fixedSecrets: readonly (readonly [
  kind: string,
  secret: string | null,
  reason: RefusalReason,
])[] = [
  ['no secret', null, 'secret-missing'],
  ['an empty secret', '', 'secret-missing'],
  ['another secret', fixedDigest('another'), 'secret-mismatch'],
  ['the binding as secret', claims.cnf.bind, 'secret-mismatch'],
  ['the secret with one more character', `${secret}A`, 'secret-mismatch'],
];
