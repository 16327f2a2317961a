/** The shell of the waiting page, the same bytes for everyone who opens a drop in one language; made again only when its content changed. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe } from '../../page/describe.ts';
import { contentSecurityPolicy, renderDocument } from '../../page/document.ts';
import { textsOf } from '../../page/look.ts';
import type { DropPage, DropView } from '../queue/queue.ts';

export interface Shell {
  readonly html: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
  readonly csp: string;
}

interface Kept {
  page: DropPage;
  readonly content: string;
  readonly shell: Shell;
}

/** Drops × languages; beyond it the whole store starts anew, which costs a millisecond a page. */
const KEPT_MAX = 2000;

/** Content changes rarely, and the page asks for everything that moves: seconds at an edge take the opening's rush. */
export const SHELL_HEADERS = {
  'cache-control': 'public, max-age=0, s-maxage=10, stale-while-revalidate=60, stale-if-error=600',
  vary: 'Accept-Encoding, Accept-Language',
  'referrer-policy': 'same-origin',
  'content-type': 'text/html; charset=utf-8',
} as const;

export type ShellOf = (view: DropView, lang: string) => Shell;

export function createPageShells(): ShellOf {
  const kept = new Map<string, Kept>();
  return (view, lang) => {
    const key = `${view.drop} ${lang}`;
    const known = kept.get(key);
    if (known?.page === view.page) return known.shell;
    const content = JSON.stringify([view.page, isDrawn(view)]);
    if (known?.content === content) {
      known.page = view.page;
      return known.shell;
    }
    if (kept.size >= KEPT_MAX) kept.clear();
    const shell = makeShell(view, lang);
    kept.set(key, { page: view.page, content, shell });
    return shell;
  };
}

/** Whether lobby places are drawn: only then is there a commitment. */
export function isDrawn(view: Pick<DropView, 'commit'>): boolean {
  return view.commit !== '';
}

function makeShell(view: DropView, lang: string): Shell {
  const { drop, page } = view;
  const html = Buffer.from(
    renderDocument({
      drop,
      name: page.name,
      lang,
      drawn: isDrawn(view),
      shop: page.defaultReturnTo,
      view: describe({ state: 'joining', asOfMs: 0 }, textsOf(lang, page.look), lang),
      message: '',
      reference: '',
      stock: page.showStock ? [] : null,
      look: page.look,
      mode: { kind: 'shell' },
    }),
  );
  return {
    html,
    gzipped: gzipSync(html, { level: 9 }),
    etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`,
    csp: contentSecurityPolicy(page.returnOrigins, page.look),
  };
}
