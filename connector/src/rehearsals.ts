/**
 * Rehearsals: copies of a drop that staff walk with a pass, paid in the sandbox. The id of a copy says which drop it is a copy of, so
 * that a connector for one drop can tell without asking anybody.
 */
import { base64url } from 'jose';
import { bindOf } from './bind-of.ts';
import type { CookieNames } from './cookies.ts';
import { invalidRequest } from './problem.ts';
import { COMPACT_JWS, TOKEN_LENGTH_MAX } from './words.ts';

/** Where the link of a staff pass begins its way through a shop. Part of the interface between control plane and connector. */
export const REHEARSAL_PATH = '/.sluice/rehearsal';

/** No drop but a rehearsal has such an id. */
export const REHEARSAL_PREFIX = 'rehearsal-';
/** Twelve random digits, and eight of SHA-256 over them, a point and the id of the drop. */
const COPY_ID = /^rehearsal-([0-9a-f]{12})([0-9a-f]{8})$/;
const MARK_BYTES = 4;
/** A pass that is signed: `payload.mac`. */
const PASS = /^[A-Za-z0-9_-]{1,512}\.[A-Za-z0-9_-]{1,128}$/;
/** One browser walks one rehearsal; what more there is has been left by earlier ones. */
const COPIES_MAX = 4;

/** Whether `copy` is the id of a rehearsal of `drop`. It proves nothing: the token's signature does. */
export async function isRehearsalOf(copy: string, drop: string): Promise<boolean> {
  const [, random, mark] = COPY_ID.exec(copy) ?? [];
  if (random === undefined) return false;
  const digest = base64url.decode(await bindOf(`${random}.${drop}`));
  const due = [...digest.subarray(0, MARK_BYTES)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return mark === due;
}

/** Rehearsals of `drop` for which a request brings a token, of whatever worth. */
export async function rehearsalsPresented(
  { headers }: Request,
  drop: string,
  names: CookieNames,
): Promise<string[]> {
  const found = headers.has('sluice-secret')
    ? [audienceOf(headers.get('authorization') ?? '')]
    : copiesInCookies(headers.get('cookie') ?? '', names);
  const fitting: string[] = [];
  for (const copy of found.slice(0, COPIES_MAX))
    if (copy !== null && (await isRehearsalOf(copy, drop))) fitting.push(copy);
  return fitting;
}

function copiesInCookies(cookies: string, names: CookieNames): string[] {
  const prefix = names.token(REHEARSAL_PREFIX);
  const copies = cookies
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => `${REHEARSAL_PREFIX}${pair.slice(prefix.length, pair.indexOf('='))}`);
  return [...new Set(copies)].filter((copy) => COPY_ID.test(copy));
}

/** What a token says of itself, unproved: only to know which drop to verify it for. */
function audienceOf(authorization: string): string | null {
  const token = /^Bearer ([^ ]+)$/i.exec(authorization)?.[1] ?? '';
  if (token.length > TOKEN_LENGTH_MAX || !COMPACT_JWS.test(token)) return null;
  try {
    const text = new TextDecoder().decode(base64url.decode(token.split('.')[1] ?? ''));
    const { aud } = JSON.parse(text) as { aud?: unknown };
    return typeof aud === 'string' ? aud : null;
  } catch {
    return null;
  }
}

export interface RehearsalRequest {
  readonly copy: string;
  readonly pass: string;
  /** Of this origin, unchecked. */
  readonly to: string;
}

/** The link of a staff pass, read; or the 4xx problem that answers it. */
export function readRehearsalLink(request: Request): RehearsalRequest | Response {
  if (request.method !== 'GET') return invalidRequest('method', 'must be GET', 405, { allow: 'GET' });
  const { searchParams } = new URL(request.url);
  const only = (name: string) => {
    const values = searchParams.getAll(name);
    return values.length === 1 ? (values[0] as string) : '';
  };
  const [copy, pass, to] = [only('drop'), only('pass'), only('to')];
  if (!COPY_ID.test(copy)) return invalidRequest('drop', 'must be one rehearsal');
  if (!PASS.test(pass)) return invalidRequest('pass', 'must be one staff pass');
  return { copy, pass, to };
}
