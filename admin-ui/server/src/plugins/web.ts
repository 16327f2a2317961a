/** The admin UI's built files: hashed assets that browsers keep for a year, and one document for every page's address. */
import { existsSync, readFileSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import { problem, registerRateLimits } from '@sluice/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PAGES_PER_ADDRESS } from '../rate-limits.ts';

/**
 * Nothing inline, nothing from elsewhere, in nobody's frame; in a frame of ours the waiting room's previews alone.
 * @param room its origin; null where it is not known
 */
const policyWith = (room: string | null): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "connect-src 'self'",
    "form-action 'self'",
    `frame-src ${room ?? "'none'"}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const DOCUMENT_HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-cache',
} as const;

/** Addresses that are no page, whatever a browser asks for there. */
const NO_PAGE = /^\/(api|assets|docs|internal)(\/|$)|^\/(openapi\.json|livez|readyz|metrics)$/;

/** Names of built files; no folder, no parent. */
const ASSET = /^[\w-]+\.(js|css|svg)$/;

export interface Web {
  /** Registers the routes of files. */
  register(app: FastifyInstance): Promise<void>;
  /** For `answerUnknown`: the document, when a browser goes to an address that may be a page. */
  answerPage(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined;
}

/**
 * @param folder as built; where there is none the API is served alone
 * @param room origin of the waiting room, if it is known
 */
export function createWeb(folder: URL, log: { warn(message: string): void }, room: string | null): Web {
  const hasBuild = existsSync(new URL('index.html', folder));
  if (!hasBuild) log.warn('the admin UI has not been built: the API is served alone');
  // Read each time: a build that replaces this one is served without a restart, and it is half a kilobyte.
  const document = () => readFileSync(new URL('index.html', folder), 'utf8');
  const policy = policyWith(room);
  const sendDocument = (reply: FastifyReply) =>
    reply
      .headers({ ...DOCUMENT_HEADERS, 'content-security-policy': policy })
      .type('text/html; charset=utf-8')
      .send(document());
  return {
    async register(app) {
      if (!hasBuild) return;
      await registerRateLimits(app, {});
      await app.register(fastifyStatic, { root: folder, serve: false, preCompressed: true });
      const options = { config: { rateLimit: PAGES_PER_ADDRESS }, schema: { hide: true } };
      app.get('/', options, (_request, reply) => sendDocument(reply));
      for (const path of ['theme.js', 'icon.svg'])
        app.get(`/${path}`, options, (_request, reply) => reply.sendFile(path, { maxAge: 3_600_000 }));
      app.get<{ Params: { file: string } }>('/assets/:file', options, ({ params: { file } }, reply) => {
        // Found missing by sendFile, it would be told as a method that is not allowed.
        if (!ASSET.test(file) || !existsSync(new URL(`assets/${file}`, folder))) throw problem('not-found');
        // The name is the hash of the content.
        return reply.sendFile(`assets/${file}`, { maxAge: 365 * 86_400_000, immutable: true });
      });
    },
    answerPage({ method, url, headers }, reply) {
      const path = url.split('?', 1)[0] ?? '';
      const isNavigation = /\btext\/html\b/.test(headers.accept ?? '');
      if (!hasBuild || (method !== 'GET' && method !== 'HEAD') || !isNavigation || NO_PAGE.test(path)) return;
      return sendDocument(reply.code(200));
    },
  };
}
