/** The draw, for everyone to check (Q6-Q11): commitment, then the roster and its root, then the seed; receipts; the verifier. */
import { readFileSync } from 'node:fs';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import {
  DrawAnswer,
  LATE_LINES_MAX,
  LateAnswer,
  LateQuery,
  ReceiptAnswer,
  RosterIndex,
  RosterPageParams,
} from '../contract/draw.ts';
import { PAGE_LINES, pageOf, receiptOf } from '../domain/roster.ts';
import { publicDraw } from '../plugins/public-draw.ts';
import { type Room, requireTicket, ticketKey, viewOf } from '../plugins/room.ts';
import { READS_PER_ADDRESS, ROSTER_PAGES_PER_ADDRESS, STATUS_PER_TICKET } from '../rate-limits.ts';

/** While drawing, root and seed follow each other within seconds. */
const SECOND = 'public, max-age=1, s-maxage=1, stale-while-revalidate=5';
/** A published roster never changes. */
const FOR_GOOD = 'public, max-age=86400, immutable';
/** How a drawn order is computed; changes of the algorithm get another name. */
const DRAW_ALGORITHM = 'band*2^48 + min over i<chances of top48(HMAC-SHA256(seed, publicNumber || byte(i)))';
const VERIFIER = readFileSync(new URL('../../public/verify-draw.mjs', import.meta.url));

/** Bodies that are text already. */
const asItIs = () => (body: unknown) => body as string;

export const drawRoutes: FastifyPluginAsyncTypebox<{ room: Room }> = async (app, { room }) => {
  const notPublished = () =>
    problem('roster-not-published', 'The roster is published when the drop opens, before the first call.');

  app.get(
    '/v1/drops/:drop/draw',
    {
      config: { rateLimit: READS_PER_ADDRESS },
      schema: {
        summary: 'The draw: commitment, then root, then seed',
        params: DropParams,
        response: { 200: DrawAnswer, '4xx': ProblemDocument, 503: ProblemDocument },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      const { commit, seed, head } = await publicDraw(room, drop);
      reply.header('cache-control', SECOND).header('access-control-allow-origin', '*');
      return {
        drop,
        algorithm: DRAW_ALGORITHM,
        commit: commit || null,
        revealed: seed !== null,
        root: head?.root ?? null,
        size: head?.size ?? null,
        ...(seed !== null && { seed }),
        verifier: `${room.origin}/verify-draw.mjs`,
      };
    },
  );

  app.get(
    '/v1/drops/:drop/draw/roster',
    {
      config: { rateLimit: READS_PER_ADDRESS },
      schema: {
        summary: 'How the roster is divided, and the root of each part',
        params: DropParams,
        response: { 200: RosterIndex, '4xx': ProblemDocument, 503: ProblemDocument },
      },
    },
    async (request, reply) => {
      const { head } = await publicDraw(room, request.params.drop);
      if (head === null) throw notPublished();
      const { size, root, pageRoots } = head;
      reply.header('cache-control', FOR_GOOD).header('access-control-allow-origin', '*');
      return { size, root, pageLines: PAGE_LINES, pageRoots: [...pageRoots] };
    },
  );

  app.get(
    '/v1/drops/:drop/draw/roster/:page',
    {
      config: { rateLimit: ROSTER_PAGES_PER_ADDRESS },
      schema: {
        summary: 'Lines of the roster: public number, band, chances',
        params: RosterPageParams,
        response: { 200: Type.String(), '4xx': ProblemDocument, 503: ProblemDocument },
      },
      serializerCompiler: asItIs,
    },
    async (request, reply) => {
      const draw = await publicDraw(room, request.params.drop);
      if (draw.head === null) throw notPublished();
      const page =
        request.params.page < draw.head.pageRoots.length ? await draw.page(request.params.page) : null;
      if (page === null) throw problem('not-found', 'The roster has no such page.');
      return reply
        .header('cache-control', FOR_GOOD)
        .header('access-control-allow-origin', '*')
        .type('text/plain; charset=utf-8')
        .send(page);
    },
  );

  app.get(
    '/v1/drops/:drop/draw/late',
    {
      config: { rateLimit: ROSTER_PAGES_PER_ADDRESS },
      schema: {
        summary: 'Lobby tickets that came back after a loss of the store and have no line in the roster',
        params: DropParams,
        querystring: LateQuery,
        response: { 200: LateAnswer, '4xx': ProblemDocument, 503: ProblemDocument },
      },
    },
    async (request, reply) => {
      const { drop } = viewOf(room, request.params.drop);
      const { from = 0 } = request.query;
      const { total, lines } = await room.queue.lateTickets(drop, from, LATE_LINES_MAX);
      reply.header('cache-control', SECOND).header('access-control-allow-origin', '*');
      return { total, from, lines: [...lines] };
    },
  );

  app.get(
    '/v1/drops/:drop/draw/receipt',
    {
      config: { rateLimit: { ...STATUS_PER_TICKET, keyGenerator: ticketKey(room) } },
      schema: {
        summary: 'Proof that the own ticket is in the roster',
        params: DropParams,
        response: { 200: ReceiptAnswer, '4xx': ProblemDocument, 503: ProblemDocument },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      const draw = await publicDraw(room, drop);
      const { head } = draw;
      const { number } = requireTicket(room, request.headers, drop);
      if (head === null) throw notPublished();
      const pageIndex = pageOf(head, number);
      const page = pageIndex < 0 ? null : await draw.page(pageIndex);
      const receipt = page === null ? null : receiptOf(head, page, pageIndex, number);
      if (receipt === null)
        throw problem('not-in-roster', 'The ticket was not in the lobby when the drop opened.');
      reply.header('cache-control', 'no-store');
      return { ...receipt, path: [...receipt.path] };
    },
  );

  app.get(
    '/verify-draw.mjs',
    { config: { rateLimit: READS_PER_ADDRESS }, schema: { summary: 'The program that checks a draw' } },
    async (_request, reply) =>
      reply
        .header('cache-control', 'public, max-age=300')
        .header('content-disposition', 'attachment; filename="verify-draw.mjs"')
        .type('text/javascript; charset=utf-8')
        .send(VERIFIER),
  );
};
