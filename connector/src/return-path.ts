/** Decides whether a path may be redirected to. The answer is the parsed path, so what is checked and what is used cannot differ. */

/** Characters. */
const LENGTH_MAX = 2048;
/** Parsers drop or turn these silently (tab, newline, backslash), so no honest path holds them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNSAFE = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029\ufeff\\]/;
/** Names no origin: only there to parse against. */
const NOWHERE = 'http://origin.invalid';

/**
 * The path, query and fragment of `text` as a redirect within one origin, or null if it could lead anywhere else or to
 * one of the connector's own routes.
 */
export function sameOriginPath(text: string): string | null {
  if (text.length > LENGTH_MAX || !text.startsWith('/') || UNSAFE.test(text) || !URL.canParse(text, NOWHERE))
    return null;
  const url = new URL(text, NOWHERE);
  // `//host` and everything that is normalised into it, such as `/.//host`, names another host.
  if (url.origin !== NOWHERE || url.username || url.password || url.pathname.startsWith('//')) return null;
  if (/^\/(?:\.|%2e)sluice(?:\/|$)/i.test(url.pathname)) return null;
  return url.pathname + url.search + url.hash;
}
