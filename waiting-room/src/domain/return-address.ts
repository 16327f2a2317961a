/**
 * Where a shopper may be sent with a token: only to an origin the drop allows, however the address is written.
 * The answer is the parsed address, so what is checked and what is used cannot differ.
 */

/** Part of the interface between room and connector: where every protected origin takes the token. */
export const CALLBACK_PATH = '/.sluice/callback';

const LENGTH_MAX = 2048;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Parsers drop or turn these silently (tab, newline, backslash), so no honest address holds them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNSAFE = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029\ufeff\\]/;
/** Scheme and authority as a parser writes them: no userinfo, nothing encoded, international names as punycode. */
const ABSOLUTE = /^https?:\/\/[a-z0-9.:[\]-]+(?:[/?#]|$)/i;

export type ReturnAddress =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly reason: string };

/** Checks `text` against the drop's exact origins (`https://shop.example`, no trailing slash). */
export function checkReturnAddress(text: string, allowedOrigins: readonly string[]): ReturnAddress {
  if (text.length > LENGTH_MAX) return refuse(`must be at most ${LENGTH_MAX} characters`);
  if (UNSAFE.test(text)) return refuse('must not contain spaces, control characters or backslashes');
  if (!ABSOLUTE.test(text) || !URL.canParse(text)) {
    return refuse('must be an absolute http(s) address without user name');
  }
  const url = new URL(text);
  if (url.username || url.password) return refuse('must not contain a user name or password');
  if (!isSecureOrigin(url)) return refuse('must use https (http only on a loopback host)');
  if (!allowedOrigins.includes(url.origin)) return refuse('must lie on an origin that this drop allows');
  // `https://shop//evil` has the path `//evil`, which as a redirect would name another host.
  if (url.pathname.startsWith('//')) return refuse('must not have a path that begins with two slashes');
  if (url.pathname.toLowerCase().startsWith('/.sluice/'))
    return refuse("must not be one of the connector's own routes");
  return { ok: true, url };
}

/** True for https, and for plain http on this machine. */
export function isSecureOrigin(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

/** The hand-over of an address: where the token is posted, and the path the callback then sends the shopper to. */
export function handOverOf(url: URL): { readonly action: string; readonly to: string } {
  return { action: url.origin + CALLBACK_PATH, to: url.pathname + url.search };
}

function refuse(reason: string): ReturnAddress {
  return { ok: false, reason };
}
