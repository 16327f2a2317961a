/**
 * Takes the token over from the room's form (Q33). It only stores: a POST from another site arrives without the secret's
 * cookie, so nothing can be checked here; token and secret are checked together on the GET that follows.
 */
import { type CookieNames, setCookie } from './cookies.ts';
import { invalidRequest } from './problem.ts';
import { BodyTooLarge, readText } from './read-text.ts';
import { sameOriginPath } from './return-path.ts';
import { COMPACT_JWS, DROP_ID, TOKEN_LENGTH_MAX } from './words.ts';

/** Where every protected origin takes the token. Part of the interface between room and connector. */
export const CALLBACK_PATH = '/.sluice/callback';

/** Token and address at their limits, percent-encoded, with room to spare. */
const BODY_BYTES_MAX = 16_384;
/** The cookie may outlive the token, which carries its own end; the longest token lives an hour. */
const TOKEN_COOKIE_SECONDS = 3600;

export interface CallbackOptions {
  readonly names: CookieNames;
  readonly isSecure: boolean;
}

/** 303 to the path in `to` with the token's cookie, or a 4xx problem. Never throws. */
export async function takeToken(request: Request, { names, isSecure }: CallbackOptions): Promise<Response> {
  if (request.method !== 'POST') return invalidRequest('method', 'must be POST', 405, { allow: 'POST' });
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    return invalidRequest('content-type', 'must be application/x-www-form-urlencoded', 415);
  }
  let form: URLSearchParams;
  try {
    form = new URLSearchParams(await readText(request, BODY_BYTES_MAX));
  } catch (error) {
    if (error instanceof BodyTooLarge)
      return invalidRequest('body', `must be at most ${BODY_BYTES_MAX} bytes`, 413);
    return invalidRequest('body', 'could not be read');
  }
  const token = only(form, 'token');
  const drop = only(form, 'drop');
  const to = only(form, 'to');
  // The form of a token has no character that could end a cookie.
  if (!token || token.length > TOKEN_LENGTH_MAX || !COMPACT_JWS.test(token)) {
    return invalidRequest('token', 'must be one admission token');
  }
  if (!drop || !DROP_ID.test(drop)) return invalidRequest('drop', 'must be one drop id');
  const path = to && sameOriginPath(to);
  if (!path) return invalidRequest('to', 'must be one path on this origin');
  return new Response(null, {
    status: 303,
    headers: {
      location: path,
      'set-cookie': setCookie(names.token(drop), token, TOKEN_COOKIE_SECONDS, isSecure),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    },
  });
}

/** A field that was sent exactly once: with two of them, two readers could each see another one. */
function only(form: URLSearchParams, name: string): string | null {
  const values = form.getAll(name);
  return values.length === 1 ? (values[0] as string) : null;
}
