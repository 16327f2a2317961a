/**
 * Answers the waiting page's shell before the router: when a drop opens everybody asks for it, and it is the same bytes for all
 * of one language (measured: 0.53 of a bare route inside). Whatever is the least bit different, a page without `bind`, an
 * address that is not the shop's, a browser that has it already, goes to the router.
 */
import type { IncomingMessage } from 'node:http';
import {
  type AnswerFirst,
  AnswerHead,
  type DirectAnswers,
  type PreparedAnswer,
  rawHeader,
  SECURITY_HEADERS,
} from '@sluice/service-kit';
import { pickLanguage } from '../../page/assets.ts';
import { chooseReturn } from '../admission/enter.ts';
import type { DropPage, DropView } from '../queue/queue.ts';
import { SHELL_HEADERS, type Shell, type ShellOf } from './page-shell.ts';
import type { Room } from './room.ts';

export const PAGE_ROUTE = '/w/:drop';

/** As a connector writes it: the way back, and the binding; nothing else, each once. */
const ADDRESS = /^\/w\/([a-z0-9-]+)\?return=([^&#]+)&bind=[A-Za-z0-9_-]{43}$/;
/** Return addresses of a drop, and languages as browsers ask for them, that are known; beyond it they begin anew. */
const KNOWN_MAX = 1000;

export function createShellServer(room: Room, shellOf: ShellOf, direct: DirectAnswers): AnswerFirst {
  const prepared = new WeakMap<Shell, PreparedAnswer>();
  const returnsOf = new WeakMap<DropPage, Map<string, boolean>>();
  const languages = new Map<string, string>();

  /** Whether `text`, as it stands in the address, leads back to the shop: the router's own check, once for each. */
  function leadsBack({ page }: DropView, text: string): boolean {
    const known = returnsOf.get(page) ?? new Map<string, boolean>();
    returnsOf.set(page, known);
    return remembered(
      known,
      text,
      () => chooseReturn(page, new URLSearchParams(`r=${text}`).get('r') ?? '').ok,
    );
  }

  const languageOf = (request: IncomingMessage) => {
    const header = rawHeader(request, 'accept-language') ?? '';
    return remembered(languages, header, () => pickLanguage(header));
  };

  function answerOf(shell: Shell): PreparedAnswer {
    let answer = prepared.get(shell);
    if (answer === undefined) {
      const headers = { ...SECURITY_HEADERS, ...SHELL_HEADERS, ...ownHeaders(shell) };
      answer = {
        status: 200,
        head: new AnswerHead(200, Object.entries(headers).flat()),
        body: shell.gzipped.toString('latin1'),
      };
      prepared.set(shell, answer);
    }
    return answer;
  }

  return (request, response) => {
    const { url = '', method } = request;
    if (method !== 'GET' || !url.startsWith('/w/')) return false;
    const [, drop = '', wanted = ''] = ADDRESS.exec(url) ?? [];
    const view = room.queue.view(drop);
    if (!view || !leadsBack(view, wanted)) return false;
    if (!/\bgzip\b/.test(rawHeader(request, 'accept-encoding') ?? '')) return false;
    if (rawHeader(request, 'if-none-match') !== undefined) return false;
    // Whoever has opened too many is told so by the router, in a page.
    if (!room.pages.take(room.clientKey(request))) return false;
    const at = { request, response, route: PAGE_ROUTE, drop, startedAtMs: performance.now() };
    try {
      direct.prepared(at, answerOf(shellOf(view, languageOf(request))));
    } catch (error) {
      direct.fail(at, error);
    }
    return true;
  };
}

const ownHeaders = ({ csp, etag }: Shell) => ({
  'content-security-policy': csp,
  etag,
  'content-encoding': 'gzip',
});

function remembered<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  let value = known.get(key);
  if (value === undefined) {
    if (known.size >= KNOWN_MAX) known.clear();
    value = make();
    known.set(key, value);
  }
  return value;
}
