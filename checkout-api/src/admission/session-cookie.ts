/** How a session's credential travels: the cookie's one name and attributes, the header, and reading both. */

const MAX_AGE_SECONDS = 86_400;
const SCHEME = /^session +/i;
/** A browser that collects sessions of many drops is asked to say which it means. */
const credentialsMax = 10;

export interface PresentedSession {
  /** From the cookie's name; undefined when the credential came in a header. */
  drop: string | undefined;
  credential: string;
}

function prefixFor(isSecure: boolean): string {
  return isSecure ? '__Host-co_session_' : 'co_session_';
}

/** Set-Cookie that keeps the credential. Without the `__Host-` prefix on plain HTTP only, where browsers refuse it. */
export function keepSession(drop: string, credential: string, isSecure: boolean): string {
  const secure = isSecure ? '; Secure' : '';
  return `${prefixFor(isSecure)}${drop}=${credential}; Max-Age=${MAX_AGE_SECONDS}; Path=/; HttpOnly; SameSite=Lax${secure}`;
}

/** Set-Cookie that forgets it. */
export function forgetSession(drop: string, isSecure: boolean): string {
  return keepSession(drop, '', isSecure).replace(/Max-Age=\d+/, 'Max-Age=0');
}

/**
 * The credentials a request carries. The header speaks for itself; of cookies there is one a drop, and `wanted` (from
 * the path or the `Sluice-Drop` header) says which.
 */
export function presentedSessions(
  headers: { authorization?: string | undefined; cookie?: string | undefined },
  isSecure: boolean,
  wanted: string | undefined,
): PresentedSession[] {
  const { authorization, cookie } = headers;
  if (authorization !== undefined && SCHEME.test(authorization)) {
    return [{ drop: undefined, credential: authorization.replace(SCHEME, '').trim() }];
  }
  if (cookie === undefined) return [];
  const prefix = prefixFor(isSecure);
  const found: PresentedSession[] = [];
  for (const pair of cookie.split(';')) {
    const text = pair.trim();
    const equals = text.indexOf('=');
    if (!text.startsWith(prefix) || equals < 0) continue;
    const drop = text.slice(prefix.length, equals);
    if (wanted === undefined || wanted === drop) found.push({ drop, credential: text.slice(equals + 1) });
    if (found.length === credentialsMax) break;
  }
  return found;
}
