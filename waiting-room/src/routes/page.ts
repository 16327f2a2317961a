/** The waiting page: the shell that takes care of itself, and the same in forms for browsers without scripts. */
import type { IncomingHttpHeaders } from 'node:http';
import formbody from '@fastify/formbody';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answerError, clientAddressKey, type Problem, problem } from '@sluice/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MODULES, pickLanguage, WORKER_FILE } from '../../page/assets.ts';
import { chooseReturn, enter } from '../admission/enter.ts';
import { heldPlace, join } from '../admission/join.ts';
import { ownPicture } from '../admission/own-status.ts';
import { createPreviewReader } from '../admission/preview-links.ts';
import { DropParams } from '../contract/common.ts';
import { EnterForm, JoinForm, ModuleParams, PageQuery } from '../contract/page.ts';
import { isRehearsal } from '../domain/rehearsal.ts';
import { handOverOf } from '../domain/return-address.ts';
import { requireGoodCode } from '../plugins/access-code.ts';
import { SHELL_HEADERS, type ShellOf } from '../plugins/page-shell.ts';
import {
  type Back,
  codePage,
  lookAgain,
  pageUrl,
  placePage,
  placeUrl,
  refusedPage,
} from '../plugins/place-page.ts';
import { readPlaceRequest } from '../plugins/place-request.ts';
import { sendPlainPage } from '../plugins/plain-page.ts';
import { PREVIEW_ROUTE, type PreviewQuery, sendPreview } from '../plugins/preview-page.ts';
import {
  limitPages,
  presentedTicket,
  type Room,
  refuseCrossSite,
  requireCurrentTicket,
} from '../plugins/room.ts';
import type { DropView } from '../queue/queue.ts';
import { FORMS_PER_ADDRESS, PAGES_PER_ADDRESS } from '../rate-limits.ts';
import { placeFormRoutes } from './place-forms.ts';

const MODULE_CACHE_CONTROL = 'public, max-age=31536000, immutable';
/** A worker goes by the policy that it comes with: it asks this room, and loads nothing. */
const WORKER_POLICY = "default-src 'none'; connect-src 'self'";
const BIND = /^[A-Za-z0-9_-]{43}$/;
/** What a browser's own retrying, and whoever stands between, are told after a fault. */
const RETRY_AFTER_SECONDS = 5;
/** For so long after a detour by the shop the page is shown even without `bind`. */
const DETOUR_SECONDS = 30;

export const pageRoutes: FastifyPluginAsyncTypebox<{ room: Room; shellOf: ShellOf }> = async (
  app,
  { room, shellOf },
) => {
  const readPreviewLink = createPreviewReader(room.serviceToken);
  await app.register(formbody, { bodyLimit: 8192 });

  /** One that was never there, or that has been archived. */
  const sendMissing = (reply: FastifyReply, drop: string) => {
    const isOver = room.queue.isArchived(drop);
    return sendPlainPage(reply.code(isOver ? 410 : 404), drop, undefined, {
      situation: { state: isOver ? 'closed' : 'missing', asOfMs: 0 },
    });
  };

  // People read these answers: a fault is a page from which they try again, not a JSON document.
  app.setErrorHandler((error, request, reply) => {
    // Who tries a page before the day is told what is wrong.
    const problem = error as Partial<Problem> & { statusCode?: number };
    if (isPreview(request) || problem.type === 'pass-refused') return answerError(error, request, reply);
    const status = problem.status ?? problem.statusCode ?? 500;
    if (status >= 500) request.log.error({ err: error }, 'page failed');
    const { drop = '' } = request.params as { drop?: string };
    reply.code(status);
    if (status === 429 || status >= 500) reply.header('retry-after', RETRY_AFTER_SECONDS);
    return sendPlainPage(reply, drop, room.queue.view(drop), {
      situation:
        status === 404 ? { state: 'missing', asOfMs: 0 } : { state: 'busy', lead: 'busy.plain', asOfMs: 0 },
      // Only a page may be asked for again; whoever sent a form has it one step back.
      acts: request.method === 'GET' && status >= 429 ? [lookAgain(request.url)] : [],
    });
  });

  app.get(
    '/w/:drop',
    {
      // Counted together with those that are answered before the router (shell-server.ts).
      config: { rateLimit: false },
      schema: { summary: 'The waiting page', params: DropParams, querystring: PageQuery },
    },
    async (request, reply) => {
      limitPages(room, request.raw);
      const { drop } = request.params;
      const view = room.queue.view(drop);
      if (isPreview(request)) {
        request.countedAs = PREVIEW_ROUTE;
        if (!view) throw problem('no-such-drop', `No drop has the id "${drop}".`);
        return sendPreview(reply, view, request.query, readPreviewLink);
      }
      if (!view) return sendMissing(reply, drop);
      const { bind, return: wanted, pass } = request.query;
      if (pass !== undefined && isRehearsal(drop)) {
        // Out of the address, which is shown, kept and passed on.
        const back = { ...(bind && { bind }), ...(wanted !== undefined && { return: wanted }) };
        reply.header('cache-control', 'no-store').header('set-cookie', room.passes.keep(drop, pass));
        return reply.redirect(pageUrl(drop, back), 303);
      }
      const back = chooseReturn(view.page, wanted);
      // A return address that is not the shop's is dropped, so that no link can make the page look like a fault.
      if (wanted !== undefined && !back.ok) return reply.redirect(pageUrl(drop, bind ? { bind } : {}), 302);
      const bound = bind !== undefined && BIND.test(bind);
      // Not in a rehearsal: the shop would send its staff to the real drop.
      if (
        !bound &&
        back.ok &&
        !isRehearsal(drop) &&
        !request.headers.cookie?.includes(`${detourCookie(drop)}=`)
      ) {
        // Q32: the connector makes the secret that `bind` belongs to, and sends the shopper back here.
        reply.header('cache-control', 'no-store');
        reply.header(
          'set-cookie',
          `${detourCookie(drop)}=1; Max-Age=${DETOUR_SECONDS}; Path=/w/${drop}; HttpOnly; SameSite=Lax`,
        );
        return reply.redirect(back.url.href, 302);
      }
      const shell = shellOf(view, pickLanguage(request.headers['accept-language']));
      reply.headers(SHELL_HEADERS).header('etag', shell.etag).header('content-security-policy', shell.csp);
      if (!bound) reply.header('cache-control', 'no-store');
      if (request.headers['if-none-match'] === shell.etag) return reply.code(304).send();
      if (!acceptsGzip(request.headers)) return reply.send(shell.html);
      return reply.header('content-encoding', 'gzip').send(shell.gzipped);
    },
  );

  await app.register(placeFormRoutes, { room, sendMissing });

  // No drop has such an id.
  app.get(
    '/w/-/:file',
    {
      config: { rateLimit: PAGES_PER_ADDRESS },
      schema: {
        summary: 'A module of the waiting page; its name changes with its content',
        params: ModuleParams,
      },
    },
    async (request, reply) => {
      const found = MODULES.get(request.params.file);
      if (!found) throw problem('not-found', 'This release of the waiting page has no such file.');
      reply
        .header('cache-control', MODULE_CACHE_CONTROL)
        .header('vary', 'Accept-Encoding')
        .type('text/javascript; charset=utf-8');
      if (found.file === WORKER_FILE) reply.header('content-security-policy', WORKER_POLICY);
      if (!acceptsGzip(request.headers)) return reply.send(found.body);
      return reply.header('content-encoding', 'gzip').send(found.gzipped);
    },
  );

  // The shell's own form has no action and so comes to the page's address with its query; others name the act.
  for (const url of ['/w/:drop', '/w/:drop/join']) {
    app.post(
      url,
      {
        config: { rateLimit: FORMS_PER_ADDRESS },
        schema: {
          summary: 'Join by a form',
          params: DropParams,
          querystring: PageQuery,
          body: JoinForm,
          hide: url === '/w/:drop',
        },
      },
      async (request, reply) => {
        const { drop } = request.params;
        if (isPreview(request)) throw problem('preview-refused', 'A preview link takes no place.');
        const view = room.queue.view(drop);
        if (!view) return sendMissing(reply, drop);
        refuseCrossSite(room, request.headers);
        room.passes.require(request.headers, drop);
        // Chosen in the page's own form; the forms after it have it in their address.
        const back: Back = { ...request.query, ...(request.body?.renew === '1' && { renew: '1' }) };
        const presented = presentedTicket(room, request.headers, drop);
        const { ticket = null } = presented ? await requireCurrentTicket(room, view, request, reply) : {};
        const held = ticket && (await heldPlace(room, view, '', ticket));
        if (held === null || held.status === 'none') {
          const { code: text, nonce } = request.body ?? {};
          const code = goodCode(room, view, request, text);
          if (code === 'wrong')
            return sendPlainPage(reply.code(403), drop, view, codePage(view, back, 'code.wrong'));
          const addressKey = clientAddressKey(request.ip);
          const carriedFrom = held?.carriedFrom ?? '';
          const joined = await join(room, drop, { addressKey, nonce, code, carriedFrom });
          if (joined.status === 'code-required')
            return sendPlainPage(reply.code(403), drop, view, codePage(view, back));
          if (joined.status === 'code-used-up')
            return sendPlainPage(reply.code(403), drop, view, codePage(view, back, 'code.used'));
          if (joined.status !== 'joined') {
            return sendPlainPage(
              reply.code(joined.status === 'closed' ? 410 : 409),
              drop,
              view,
              refusedPage(joined.status, view, back),
            );
          }
          reply.header('set-cookie', room.cookie.keep(drop, joined.answer.ticket));
        }
        return reply.redirect(placeUrl(drop, back), 303);
      },
    );
  }

  app.get(
    '/w/:drop/place',
    {
      config: { rateLimit: PAGES_PER_ADDRESS },
      schema: { summary: "A shopper's own page without scripts", params: DropParams, querystring: PageQuery },
    },
    async (request, reply) => {
      const about = readPlaceRequest({ room, sendMissing }, request, reply, request.query);
      if (!about) return reply;
      const { drop, view } = about;
      const { ticket } = await requireCurrentTicket(room, view, request, reply);
      const picture = await ownPicture(room.queue, view, ticket);
      return sendPlainPage(reply, drop, view, placePage(picture, view, request.query));
    },
  );

  app.post(
    '/w/:drop/admission',
    {
      config: { rateLimit: FORMS_PER_ADDRESS },
      schema: { summary: 'Ask for entry by a form', params: DropParams, body: EnterForm },
    },
    async (request, reply) => {
      const { bind, return: wanted, renew } = request.body;
      const back: Back = {
        bind,
        ...(wanted !== undefined && { return: wanted }),
        ...(renew !== undefined && { renew }),
      };
      const about = readPlaceRequest({ room, sendMissing }, request, reply, back);
      if (!about) return reply;
      const { drop, view } = about;
      const chosen = chooseReturn(view.page, wanted);
      if (!chosen.ok) return reply.redirect(pageUrl(drop, { bind }), 303);
      const { ticket } = await requireCurrentTicket(room, view, request, reply);
      const entry = await enter(room, drop, ticket, bind);
      if (entry.status === 'granted') {
        const { action, to } = handOverOf(chosen.url);
        return sendPlainPage(reply, drop, view, {
          situation: { state: 'entering', lead: 'entering.plain', asOfMs: view.asOfMs },
          acts: [{ action, label: 'action.enter', fields: { token: entry.token, drop, to } }],
        });
      }
      if (entry.status === 'bound-elsewhere') {
        return sendPlainPage(reply.code(409), drop, view, {
          situation: { state: 'elsewhere', asOfMs: view.asOfMs },
        });
      }
      return reply.redirect(placeUrl(drop, back), 303);
    },
  );
};

/** Null for none. */
function goodCode(room: Room, view: DropView, request: FastifyRequest, text: string | undefined) {
  try {
    return requireGoodCode(room.guesses, view, request, text === '' ? undefined : text);
  } catch (error) {
    if ((error as Partial<Problem>).type === 'code-wrong') return 'wrong';
    throw error;
  }
}

const isPreview = ({ query }: FastifyRequest) => (query as PreviewQuery | null)?.preview !== undefined;
const acceptsGzip = (headers: IncomingHttpHeaders) => /\bgzip\b/.test(String(headers['accept-encoding']));
const detourCookie = (drop: string) => `wr_detour_${drop}`;
