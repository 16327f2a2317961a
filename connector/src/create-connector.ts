/**
 * Stands in front of an origin: lets admitted shoppers through, sends everyone else to the waiting room and takes them
 * back with a token (Q32, Q33). Holds no state of its own; everything is in the shopper's cookies.
 */
import { bindOf } from './bind-of.ts';
import { CALLBACK_PATH, takeToken } from './callback.ts';
import type { AdmissionClaims } from './claims.ts';
import { cookieNames, readCookie, setCookie } from './cookies.ts';
import { type AdmissionVerifierOptions, createAdmissionVerifier } from './create-admission-verifier.ts';
import { createSecret } from './create-secret.ts';
import { createPathRules } from './path-rules.ts';
import { invalidRequest } from './problem.ts';
import { noSuchDrop, refusalFor } from './refusals.ts';
import {
  isRehearsalOf,
  REHEARSAL_PATH,
  REHEARSAL_PREFIX,
  readRehearsalLink,
  rehearsalsPresented,
} from './rehearsals.ts';
import { sameOriginPath } from './return-path.ts';
import { DIGEST, DROP_ID, type RefusalReason } from './words.ts';

/** Options of {@link createConnector}. */
export interface ConnectorOptions extends Partial<AdmissionVerifierOptions> {
  /** The room's public origin, where shoppers are sent: `https://room.example`. Default of `issuer`, and of `jwks` with `/.well-known/jwks.json`. */
  readonly roomUrl: string;
  /** This origin as shoppers see it: `https://shop.example`. The Host header is never believed. */
  readonly publicUrl: string;
  /** The drop, or a function from a protected path to its drop; null makes the path public. */
  readonly drop: string | ((pathname: string) => string | null);
  /** Protected paths, each with everything below: `['/buy']`. The path of a rule must be a page: shoppers come back to it when what they did cannot be repeated by a link. */
  readonly protect: readonly string[];
  /** Exceptions to `protect`. Default none. */
  readonly ignore?: readonly string[];
  /**
   * Whether staff with a pass may walk this shop in a rehearsal: the admission of a copy of the drop is accepted where the drop's own is.
   * Such an {@link Admission} has the copy's id as `drop` and says `isRehearsal`: hand it to Sluice's checkout, which takes it to
   * the copy's own stock and to the sandbox; a checkout of your own must take no money and no stock for it. Default false.
   */
  readonly rehearsals?: boolean;
  /**
   * `off` lets everybody through, with no admission: for development without a room. Refused unless `publicUrl` is a host
   * of this machine, and wherever `NODE_ENV` is `production`. Default `on`.
   */
  readonly mode?: 'on' | 'off';
}

/** An admitted shopper, with what another service needs to see the same. Not for logs. */
export interface Admission {
  /** In a rehearsal the copy. */
  readonly drop: string;
  /** Of a copy that staff try out: nothing real may be sold to it. */
  readonly isRehearsal: boolean;
  readonly claims: AdmissionClaims;
  readonly token: string;
  readonly secret: string;
}

/** What is to be done with a request. */
export type ConnectorDecision =
  /** `refused` says for which drop, and why, where the answer is for want of an admission. */
  | {
      readonly kind: 'answer';
      readonly response: Response;
      readonly refused?: { readonly drop: string; readonly reason: RefusalReason };
    }
  /** `admission` is null on paths that are not protected. */
  | { readonly kind: 'pass'; readonly admission: Admission | null };

/** See {@link createConnector}. */
export interface Connector {
  /** The answer to send, or null to let the request through. */
  handle(request: Request): Promise<Response | null>;
  /** As {@link Connector.handle}, with the admission of a request that is let through. */
  decide(request: Request): Promise<ConnectorDecision>;
  /** The admission that a request to any path carries for `drop`, or null. With `rehearsals` also that of a copy of it. */
  admissionOf(request: Request, drop: string): Promise<Admission | null>;
  /**
   * Sends the shopper to the room again and forgets the token: for one whose entry is used up. `path` is where they come back to.
   * @throws TypeError if `path` is not a path on this origin.
   */
  sendToRoom(request: Request, drop: string, path: string): Promise<Response>;
}

/** A day of lobby, a day of line: a shopper who is sent away must still have the secret when the turn comes. */
const SECRET_COOKIE_SECONDS = 172_800;
/** Characters of a return address; the room takes 2048. */
const RETURN_LENGTH_MAX = 2048;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Makes a connector.
 *
 * @example
 * const connector = createConnector({
 *   roomUrl: 'https://room.example', publicUrl: 'https://shop.example', drop: 'sneaker-1', protect: ['/buy'],
 * });
 * const answer = await connector.handle(request);
 * if (answer) return answer;
 *
 * @throws TypeError or RangeError if an option is missing or out of range, or an origin is plain http beyond loopback.
 */
export function createConnector(options: ConnectorOptions): Connector {
  const room = originOf('roomUrl', options.roomUrl);
  const shop = originOf('publicUrl', options.publicUrl);
  const { drop } = options;
  if (typeof drop === 'string' && !DROP_ID.test(drop)) throw new TypeError(`drop is not a drop id: ${drop}`);
  const rules = createPathRules(options.protect, options.ignore);
  const isOff = readMode(options.mode, shop) === 'off';
  const { rehearsals = false } = options;
  if (typeof rehearsals !== 'boolean') throw new TypeError('rehearsals must be true or false');
  const verifier = createAdmissionVerifier({
    ...options,
    issuer: options.issuer ?? room,
    jwks: options.jwks ?? `${room}/.well-known/jwks.json`,
  });
  const isSecure = shop.startsWith('https:');
  const names = cookieNames(isSecure);

  /** The header pair of native clients (Q35), else the cookies. Never one of each. */
  function presented(request: Request, forDrop: string): { token: string | null; secret: string | null } {
    const secret = request.headers.get('sluice-secret');
    if (secret !== null) {
      const token = /^Bearer ([^ ]+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? null;
      return { token, secret };
    }
    const cookies = request.headers.get('cookie');
    return {
      token: readCookie(cookies, names.token(forDrop)),
      secret: readCookie(cookies, names.secret(forDrop)),
    };
  }

  async function redirectToRoom(
    request: Request,
    forDrop: string,
    path: string,
    status: 302 | 303,
    pass?: string,
  ): Promise<Response> {
    const known = readCookie(request.headers.get('cookie'), names.secret(forDrop));
    // Several tabs share one secret, or the last to be opened would make the others' admission worthless.
    const secret = known && DIGEST.test(known) ? known : createSecret();
    const location = new URL(`/w/${forDrop}`, room);
    location.searchParams.set('return', shop + path);
    location.searchParams.set('bind', await bindOf(secret));
    if (pass !== undefined) location.searchParams.set('pass', pass);
    const headers = new Headers({
      location: location.href,
      'cache-control': 'no-store',
      vary: 'cookie, accept',
    });
    headers.append('set-cookie', setCookie(names.secret(forDrop), secret, SECRET_COOKIE_SECONDS, isSecure));
    headers.append('set-cookie', setCookie(names.token(forDrop), '', 0, isSecure));
    return new Response(null, { status, headers });
  }

  /** By the admission of a rehearsal, if there is one and it is good; else by the drop's own. */
  async function admit(request: Request, asked: string) {
    if (rehearsals)
      for (const copy of await rehearsalsPresented(request, asked, names)) {
        const walked = await admitTo(request, copy);
        if (walked.ok) return walked;
      }
    return admitTo(request, asked);
  }

  async function admitTo(request: Request, forDrop: string) {
    const { token, secret } = presented(request, forDrop);
    const verdict = await verifier.verify({ token, secret, drop: forDrop });
    if (!verdict.ok) return verdict;
    // verify() passes nothing that is missing.
    const admission = {
      drop: forDrop,
      isRehearsal: forDrop.startsWith(REHEARSAL_PREFIX),
      claims: verdict.claims,
      token: token as string,
      secret: secret as string,
    };
    return { ok: true as const, admission };
  }

  /** Where a pass begins: the secret is set here, and the room told where to come back to. */
  async function beginRehearsal(request: Request): Promise<Response> {
    const link = readRehearsalLink(request);
    if (link instanceof Response) return link;
    const path = sameOriginPath(link.to);
    const rule = path && rules.protectedBy(new URL(path, shop).pathname);
    if (!path || !rule || shop.length + path.length > RETURN_LENGTH_MAX)
      return invalidRequest('to', 'must be one protected path on this origin');
    const asked = typeof drop === 'string' ? drop : drop(new URL(path, shop).pathname);
    if (asked === null || !(await isRehearsalOf(link.copy, asked)))
      return invalidRequest('drop', 'must be a rehearsal of the drop behind that path');
    return redirectToRoom(request, link.copy, path, 303, link.pass);
  }

  const connector: Connector = {
    async handle(request) {
      const decision = await connector.decide(request);
      return decision.kind === 'answer' ? decision.response : null;
    },

    async decide(request) {
      const url = new URL(request.url);
      if (url.pathname === CALLBACK_PATH) {
        return { kind: 'answer', response: await takeToken(request, { names, isSecure }) };
      }
      if (rehearsals && !isOff && url.pathname === REHEARSAL_PATH)
        return { kind: 'answer', response: await beginRehearsal(request) };
      const rule = isOff ? null : rules.protectedBy(url.pathname);
      const asked = rule === null ? null : typeof drop === 'string' ? drop : drop(url.pathname);
      if (rule === null || asked === null) return { kind: 'pass', admission: null };
      // A function may take the drop from the path, and so from whoever wrote the path.
      if (!DROP_ID.test(asked)) return { kind: 'answer', response: noSuchDrop() };

      const result = await admit(request, asked);
      if (result.ok) return { kind: 'pass', admission: result.admission };
      const refusal = refusalFor(request, result.reason, `${room}/w/${asked}`, asked);
      const refused = { drop: asked, reason: result.reason };
      if (refusal) return { kind: 'answer', response: refusal, refused };

      const repeatable = request.method === 'GET' || request.method === 'HEAD';
      const here = repeatable ? sameOriginPath(url.pathname + url.search) : null;
      const path = here && shop.length + here.length <= RETURN_LENGTH_MAX ? here : rule;
      const response = await redirectToRoom(request, asked, path, repeatable ? 302 : 303);
      return { kind: 'answer', response, refused };
    },

    async admissionOf(request, forDrop) {
      const result = await admit(request, forDrop);
      return result.ok ? result.admission : null;
    },

    async sendToRoom(request, forDrop, path) {
      const safe = sameOriginPath(path);
      if (!safe || !DROP_ID.test(forDrop))
        throw new TypeError('path must be a path on this origin, drop a drop id');
      return redirectToRoom(request, forDrop, safe, 303);
    },
  };
  return connector;
}

/** A connector that protects nothing must not reach a shop by a forgotten setting. */
function readMode(mode: ConnectorOptions['mode'] = 'on', shop: string): 'on' | 'off' {
  if (mode !== 'on' && mode !== 'off') throw new TypeError("mode must be 'on' or 'off'");
  if (mode === 'off' && !isOfThisMachine(new URL(shop).hostname))
    throw new TypeError(
      `mode 'off' is for development: publicUrl must be a host of this machine, not ${shop}`,
    );
  // Not every runtime has a process; the rule above holds there too.
  const environment = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env;
  if (mode === 'off' && environment?.NODE_ENV === 'production')
    throw new TypeError("mode 'off' is for development: NODE_ENV is production");
  return mode;
}

/** Loopback, and the names that are kept for development (RFC 6761). */
function isOfThisMachine(hostname: string): boolean {
  return LOOPBACK.includes(hostname) || /\.(?:localhost|test)$/.test(hostname);
}

function originOf(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLoopback = url !== null && LOOPBACK.includes(url.hostname);
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && isLoopback)) {
    throw new TypeError(`${name} must be an https origin (http only on a loopback host)`);
  }
  if (url.pathname !== '/' || url.search || url.hash || url.username) {
    throw new TypeError(`${name} must be an origin, without path`);
  }
  return url.origin;
}
