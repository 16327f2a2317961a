// @ts-check
// What a Markdown file points to, and what in it can be pointed to. Code is left out: what stands there is not a link.

/** @typedef {{ target: string, line: number }} Link */

const INLINE = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const DEFINITION = /^\s{0,3}\[[^\]]+\]:\s*<?([^\s>]+)/g;
const ATTRIBUTE = /\b(?:href|src|srcset)="([^"\s]+)/g;

/**
 * @param {string} markdown
 * @returns {Link[]} targets of links, images, definitions and HTML attributes, with their line from 1
 */
export function linksIn(markdown) {
  return withoutFences(markdown).flatMap((text, index) => {
    const prose = text.replaceAll(/(`+)(?:(?!\1).)+\1/g, (code) => ' '.repeat(code.length));
    return [INLINE, DEFINITION, ATTRIBUTE].flatMap((pattern) =>
      [...prose.matchAll(pattern)].map(([, target = '']) => ({ target, line: index + 1 })),
    );
  });
}

/**
 * @param {string} markdown
 * @returns {Set<string>} the names under which GitHub can be asked for a place in the file
 */
export function anchorsIn(markdown) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  /** @type {Set<string>} */
  const anchors = new Set();
  for (const text of withoutFences(markdown)) {
    for (const [, id = ''] of text.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(id);
    const heading = /^ {0,3}#{1,6}\s+(.+?)\s*#*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const name = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    anchors.add(times === 0 ? name : `${name}-${times}`);
  }
  return anchors;
}

/**
 * @param {string} markdown
 * @returns {string[]} its lines, those of fenced code empty
 */
function withoutFences(markdown) {
  let fence = '';
  return markdown.split('\n').map((text) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(text)?.[1] ?? '';
    if (fence) {
      if (mark.startsWith(fence)) fence = '';
      return '';
    }
    fence = mark;
    return mark ? '' : text;
  });
}
