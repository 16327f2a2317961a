/**
 * Which paths are protected. Routers differ in how they read odd spellings (`//buy`, `/%62uy`, `/BUY;x`), so a path
 * counts as protected as soon as any reading of it is: protecting too much sends somebody to the room, too little opens the shop.
 */

export interface PathRules {
  /** The rule that protects this path, or null if it is public. */
  protectedBy(pathname: string): string | null;
}

/** How often a percent sign may itself be encoded before the path is read as it stands. */
const DECODINGS_MAX = 3;
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?=[/\\;]|%2f|%5c|%3b|$)/i;

/**
 * A rule covers its path and everything below: `/buy` covers `/buy` and `/buy/now`, not `/buyer`. `ignore` makes
 * exceptions and is taken literally.
 * @throws TypeError if a rule is not a plain path.
 */
export function createPathRules(protect: readonly string[], ignore: readonly string[] = []): PathRules {
  for (const rule of [...protect, ...ignore]) {
    if (!/^\/[A-Za-z0-9_~!$&'()*+,=:@./-]*$/.test(rule) || DOT_SEGMENT.test(rule) || rule.includes('//')) {
      throw new TypeError(
        `the path rule ${JSON.stringify(rule)} must be a plain path that begins with a slash`,
      );
    }
  }
  const rules = protect.map((rule) => ({ rule, reading: readingsOf(rule)[0] }));
  const exceptions = ignore.map((rule) => trimSlash(rule));

  return {
    protectedBy(pathname) {
      const readings = readingsOf(pathname);
      const hit = rules.find(({ reading: rule }) => readings.some((reading) => covers(rule, reading)));
      if (!hit) return null;
      // An exception holds for an honest spelling only: one that no router can read in another way.
      const honest = readings.every((reading) => reading === trimSlash(pathname).toLowerCase());
      if (honest && exceptions.some((exception) => covers(exception, trimSlash(pathname)))) return null;
      return hit.rule;
    },
  };
}

/** True if the raw path holds a dot segment, plain or encoded. Routers disagree on those, and browsers never send them. */
export function hasDotSegment(rawPath: string): boolean {
  return DOT_SEGMENT.test(rawPath);
}

function covers(rule: string, path: string): boolean {
  return rule === '/' || path === rule || path.startsWith(`${rule}/`);
}

/** Decoded, in lower case, without path parameters, empty segments and trailing slash; `..` once followed and once taken as a name. */
function readingsOf(pathname: string): [string, string] {
  let path = pathname;
  for (let round = 0; round < DECODINGS_MAX; round++) {
    // Only ASCII: what is beyond cannot spell a separator, and invalid sequences stay what they are.
    path = path.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  const names = path
    .toLowerCase()
    .split(/[/\\]+/)
    .map((part) => part.replace(/;.*$/s, ''))
    .filter((name) => name !== '' && name !== '.');
  const followed: string[] = [];
  for (const name of names) {
    if (name === '..') followed.pop();
    else followed.push(name);
  }
  return [`/${followed.join('/')}`, `/${names.join('/')}`];
}

function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
