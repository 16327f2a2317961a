/**
 * Every kind of forged, foreign, replayed or confused credential that the raid tries, by name. Some are signed by the
 * room's own key, which no attacker has: a check that only a good signature gets to must hold, too.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import type { Belongings } from '../people/meeting.ts';
import type { Random } from '../random.ts';
import { type Members, open, parts, type Seal, seal } from './jws.ts';

export interface Material {
  readonly drop: string;
  /** What a shopper of this drop has; the raid saw it before its owner used it. */
  readonly victim: Belongings;
  /** What another shopper of this drop has. */
  readonly stranger: Belongings | undefined;
  /** What a shopper of another drop has. */
  readonly foreign: Belongings;
  /** The room's own keys, for what only a thief of them could sign. */
  readonly roomKey: { readonly kid: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly random: Random;
}

/** What is presented; `secret` only where a door takes one. */
export interface Credential {
  readonly value: string;
  readonly secret?: string;
}

/** What a door asks for. */
export type Taken = 'ticket' | 'token' | 'session' | 'service-token' | 'signature';

export interface Forgery {
  readonly kind: string;
  /** Where this very thing is no forgery: its owner may use it there. */
  readonly genuineFor?: Taken;
  /** Only tried where something belongs to the victim: elsewhere it opens its owner's own door. */
  readonly onlyOnVictims?: true;
  /** Undefined while what it is made of is not there. */
  readonly make: (material: Material, turn: number) => Credential | undefined;
}

const attackerKey = generateKeyPairSync('ed25519');

/** A token with the victim's claims, changed, under whatever seal. A new number each, so that one that passes shows. */
function token(
  { victim, random }: Material,
  changes: { readonly header?: Members; readonly payload?: Members; readonly with: Seal },
): Credential {
  const { header, payload } = open(victim.token);
  const number = random.text(32);
  const claims = { ...payload, sub: number, jti: number, ...changes.payload };
  return { value: seal({ ...header, ...changes.header }, claims, changes.with), secret: victim.secret };
}

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** What HS256 verifiers have taken for their key when they were handed the public one. */
function publicKeyAsText({ roomKey }: Material, turn: number): Buffer {
  const { publicKey, kid } = roomKey;
  const jwk = publicKey.export({ format: 'jwk' });
  const texts = [
    String(publicKey.export({ format: 'pem', type: 'spki' })),
    JSON.stringify(jwk),
    JSON.stringify({ ...jwk, kid }),
    Buffer.from(jwk.x ?? '', 'base64url'),
    String(jwk.x),
  ];
  return Buffer.from(texts[turn % texts.length] as string);
}

/** One character replaced by its neighbour in the alphabet of base64url. */
function flip(text: string, at: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const changed = alphabet[(alphabet.indexOf(text[at] ?? 'A') + 1) % 64] as string;
  return text.slice(0, at) + changed + text.slice(at + 1);
}

/** The same bytes in another spelling: the last character carries bits that a lenient decoder drops. */
function respell(text: string): string {
  const spare = (text.length * 6) % 8;
  return spare === 0 ? `${text}=` : flip(text, text.length - 1);
}

const tokens: readonly Forgery[] = [
  {
    kind: 'alg-none',
    make: (m, turn) =>
      token(m, { header: { alg: ['none', 'None', 'NONE', 'nOnE'][turn % 4] }, with: 'none' }),
  },
  {
    kind: 'hs256-with-public-key',
    make: (m, turn) => token(m, { header: { alg: 'HS256' }, with: { hmac: publicKeyAsText(m, turn) } }),
  },
  { kind: 'other-key-same-kid', make: (m) => token(m, { with: attackerKey.privateKey }) },
  {
    kind: 'unknown-kid',
    make: (m) => token(m, { header: { kid: m.random.text(6) }, with: attackerKey.privateKey }),
  },
  {
    kind: 'embedded-jwk',
    make: (m) =>
      token(m, {
        header: { jwk: attackerKey.publicKey.export({ format: 'jwk' }) },
        with: attackerKey.privateKey,
      }),
  },
  {
    kind: 'jku-header',
    make: (m) => token(m, { header: { jku: 'http://127.0.0.1:9/keys' }, with: attackerKey.privateKey }),
  },
  {
    kind: 'x5u-header',
    make: (m) => token(m, { header: { x5u: 'http://127.0.0.1:9/chain' }, with: attackerKey.privateKey }),
  },
  {
    kind: 'crit-header',
    make: (m) => token(m, { header: { crit: ['exp'], b64: false }, with: m.roomKey.privateKey }),
  },
  { kind: 'other-type', make: (m) => token(m, { header: { typ: 'JWT' }, with: m.roomKey.privateKey }) },
  {
    kind: 'nested-token',
    make: (m) => ({
      value: seal({ ...open(m.victim.token).header, cty: 'JWT' }, m.victim.token, m.roomKey.privateKey),
      secret: m.victim.secret,
    }),
  },
  {
    kind: 'other-issuer',
    make: (m) => token(m, { payload: { iss: 'http://localhost:1' }, with: m.roomKey.privateKey }),
  },
  {
    kind: 'other-audience',
    make: (m) =>
      token(m, {
        payload: { aud: [m.drop, 'other-drop', `${m.drop}x`][m.random.integer(1, 2)] },
        with: m.roomKey.privateKey,
      }),
  },
  {
    kind: 'expired',
    make: (m) =>
      token(m, {
        payload: { iat: nowSeconds() - 700, nbf: nowSeconds() - 700, exp: nowSeconds() - 100 },
        with: m.roomKey.privateKey,
      }),
  },
  {
    kind: 'not-yet-valid',
    make: (m) =>
      token(m, {
        payload: { iat: nowSeconds() + 60, nbf: nowSeconds() + 60, exp: nowSeconds() + 120 },
        with: m.roomKey.privateKey,
      }),
  },
  {
    kind: 'lives-too-long',
    make: (m) => token(m, { payload: { exp: nowSeconds() + 86_400 }, with: m.roomKey.privateKey }),
  },
  {
    kind: 'altered-payload',
    make: (m) => {
      const [header, , signature] = parts(m.victim.token);
      const [, payload] = parts(token(m, { with: 'none' }).value);
      return { value: `${header}.${payload}.${signature}`, secret: m.victim.secret };
    },
  },
  {
    kind: 'truncated-token',
    make: ({ victim }, turn) => ({ value: victim.token.slice(0, -1 - turn), secret: victim.secret }),
  },
  {
    kind: 'respelled-token',
    make: ({ victim }) => ({ value: respell(victim.token), secret: victim.secret }),
  },
  {
    kind: 'padded-token',
    make: ({ victim }) => ({
      value: parts(victim.token)
        .map((part) => `${part}=`)
        .join('.'),
      secret: victim.secret,
    }),
  },
  { kind: 'token-without-secret', make: ({ victim }) => ({ value: victim.token }) },
  {
    kind: 'token-of-another-jar',
    make: ({ victim, random }) => ({ value: victim.token, secret: random.text(32) }),
  },
  {
    kind: 'token-with-its-bind',
    make: ({ victim }) => ({
      value: victim.token,
      secret: String((open(victim.token).payload.cnf as Members).bind),
    }),
  },
  {
    kind: 'token-of-another-drop',
    make: ({ foreign }) => ({ value: foreign.token, secret: foreign.secret }),
  },
];

const tickets: readonly Forgery[] = [
  {
    kind: 'ticket-as-token',
    genuineFor: 'ticket',
    make: ({ victim }) => ({ value: victim.ticket, secret: victim.secret }),
  },
  {
    kind: 'ticket-of-another-drop',
    make: ({ foreign }) => ({ value: foreign.ticket, secret: foreign.secret }),
  },
  {
    kind: 'bit-flipped-ticket',
    make: ({ victim, random }) => ({
      value: flip(victim.ticket, random.integer(0, victim.ticket.length - 2)),
    }),
  },
  { kind: 'truncated-ticket', make: ({ victim }, turn) => ({ value: victim.ticket.slice(0, -1 - turn) }) },
  {
    kind: 'padded-ticket',
    make: ({ victim }, turn) => ({ value: victim.ticket + '='.repeat(1 + (turn % 2)) }),
  },
  {
    // The right body under a seal of the attacker's.
    kind: 'resealed-ticket',
    make: ({ victim }) => {
      const bytes = Buffer.from(victim.ticket, 'base64url');
      return { value: Buffer.concat([bytes.subarray(0, -32), randomBytes(32)]).toString('base64url') };
    },
  },
  { kind: 'public-number-as-proof', make: ({ victim }) => ({ value: victim.number, secret: victim.number }) },
];

const sessions: readonly Forgery[] = [
  { kind: 'guessed-session', make: ({ random }) => ({ value: random.text(32) }) },
  { kind: 'session-id-as-session', make: ({ victim }) => ({ value: victim.sessionId ?? randomUUID() }) },
  { kind: 'secret-as-session', make: ({ victim }) => ({ value: victim.secret, secret: victim.secret }) },
  {
    kind: 'bit-flipped-session',
    make: ({ victim, random }) =>
      victim.session === undefined ? undefined : { value: flip(victim.session, random.integer(0, 41)) },
  },
  {
    kind: 'session-of-another-drop',
    make: ({ foreign }) => (foreign.session === undefined ? undefined : { value: foreign.session }),
  },
  {
    kind: 'session-of-another-shopper',
    onlyOnVictims: true,
    make: ({ stranger }) => (stranger?.session === undefined ? undefined : { value: stranger.session }),
  },
];

/** In the order in which they are tried. */
export const FORGERIES: readonly Forgery[] = [...tokens, ...tickets, ...sessions];
