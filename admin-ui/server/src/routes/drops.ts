/** Drops: created, listed, read, and their plan changed. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { changeDrop } from '../acts/change-drop.ts';
import { type PlanRequest, pageChange, planChange, refuseClosed } from '../acts/change-plan.ts';
import type { ControlPlane } from '../acts/control-plane.ts';
import { type CloneRequest, cloneDrop, createDrop, type DropRequest } from '../acts/create-drop.ts';
import { scheduleChange, unscheduleChange } from '../acts/draft-drop.ts';
import { steerDrop } from '../acts/steer-drop.ts';
import { tellDrop, tellDrops, tellJournaled } from '../acts/tell-drop.ts';
import { tellInstances } from '../acts/tell-instances.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import {
  DROPS_PER_ANSWER,
  DraftAct,
  DropAnswer,
  DropClone,
  DropCreation,
  DropListAnswer,
  DropListQuery,
  InstancesAnswer,
  JournaledAnswer,
  PageChange,
  PlanChange,
} from '../contract/drops.ts';
import { byOperator } from '../plugins/access.ts';
import { readCursor, writeCursor } from '../plugins/cursor.ts';
import { sendVersion, versionAsked } from '../plugins/if-match.ts';
import { ACTS_PER_OPERATOR, READS_PER_OPERATOR } from '../rate-limits.ts';

/** A drop of 1,000 products with long names. */
const CREATION_BYTES_MAX = 512 * 1024;

export const dropRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (app, { plane }) => {
  const reading = { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } };
  const acting = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };

  app.post(
    '/api/v1/drops',
    {
      config: acting,
      bodyLimit: CREATION_BYTES_MAX,
      schema: {
        summary: 'Schedule a drop',
        description: 'Whatever the answer says is pending of room and checkout is finished by itself.',
        body: DropCreation,
        response: { 201: DropAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { reason = null, ...plan } = request.body;
      const drop = await createDrop(plane, plan as DropRequest, { actor: request.operator, reason });
      sendVersion(reply, drop);
      return reply
        .code(201)
        .header('location', `/api/v1/drops/${drop.id}`)
        .send(await tellDrop(plane, drop));
    },
  );

  app.post(
    '/api/v1/drops/:drop/clone',
    {
      config: acting,
      schema: {
        summary: 'Schedule another drop like this one',
        params: DropParams,
        body: DropClone,
        response: { 201: DropAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { reason = null, ...plan } = request.body;
      const who = { actor: request.operator, reason };
      const drop = await cloneDrop(plane, request.params.drop, plan as CloneRequest, who);
      sendVersion(reply, drop);
      return reply
        .code(201)
        .header('location', `/api/v1/drops/${drop.id}`)
        .send(await tellDrop(plane, drop));
    },
  );

  app.get(
    '/api/v1/drops',
    {
      config: reading,
      schema: {
        summary: 'Drops, latest opening first',
        querystring: DropListQuery,
        response: { 200: DropListAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { limit = DROPS_PER_ANSWER, after } = request.query;
      const drops = await plane.drops.list({
        limit: limit + 1,
        after: readCursor(after),
        only: request.principal?.drops ?? null,
      });
      const shown = drops.slice(0, limit);
      const last = drops.length > limit ? shown.at(-1) : undefined;
      reply.header('cache-control', 'no-store');
      return {
        drops: await tellDrops(plane, shown),
        next: last ? writeCursor({ opensAtMs: last.opensAt.getTime(), id: last.id }) : null,
      };
    },
  );

  app.get(
    '/api/v1/drops/:drop',
    {
      config: reading,
      schema: {
        summary: 'One drop: its plan, and what it is doing',
        params: DropParams,
        response: { 200: DropAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const drop = await plane.drops.find(request.params.drop);
      if (!drop) throw problem('no-such-drop', `No drop has the id "${request.params.drop}".`);
      sendVersion(reply, drop);
      return tellDrop(plane, drop);
    },
  );

  app.get(
    '/api/v1/drops/:drop/instances',
    {
      config: reading,
      schema: {
        summary: "Which of the room's instances go by the drop's newest policy, and which lag",
        params: DropParams,
        response: { 200: InstancesAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return tellInstances(plane, request.params.drop);
    },
  );

  app.patch(
    '/api/v1/drops/:drop',
    {
      config: acting,
      schema: {
        summary: 'Change the plan: name, schedule (until it opens), limit, page',
        params: DropParams,
        body: PlanChange,
        response: { 200: DropAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { reason = null, ...plan } = request.body;
      const drop = await changeDrop(plane, {
        act: 'plan.change',
        drop: request.params.drop,
        ifVersion: versionAsked(request),
        actor: request.operator,
        reason,
        isConfirmed: true, // nothing of a plan or page is dangerous
        decide: (current, live) => planChange(plan as PlanRequest, current, live),
      });
      sendVersion(reply, drop);
      return tellDrop(plane, drop);
    },
  );

  const drafts = {
    unschedule: ['drop.unschedule', unscheduleChange, 'Back to draft, until the lobby opens'],
    schedule: ['drop.schedule', scheduleChange, 'Schedule a draft again, as it is planned'],
  } as const;
  for (const [path, [act, decide, summary]] of Object.entries(drafts)) {
    app.post(
      `/api/v1/drops/:drop/${path}`,
      {
        config: acting,
        schema: {
          summary,
          params: DropParams,
          body: DraftAct,
          response: { 200: DropAnswer, ...PROBLEM_ANSWERS },
        },
      },
      async (request, reply) => {
        const { reason = null } = request.body as { reason?: string };
        const drop = await changeDrop(plane, {
          ...{
            act,
            decide,
            drop: (request.params as { drop: string }).drop,
            ifVersion: versionAsked(request),
          },
          ...{ actor: request.operator, reason, isConfirmed: true }, // nobody is there yet
        });
        sendVersion(reply, drop);
        return tellDrop(plane, drop);
      },
    );
  }

  app.patch(
    '/api/v1/drops/:drop/page',
    {
      config: acting,
      schema: {
        summary: 'Change what shoppers see: message and words by language, colours, origins, way back',
        params: DropParams,
        body: PageChange,
        response: { 200: DropAnswer, 202: JournaledAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { reason = null, ...page } = request.body;
      const { drop, isJournaled } = await steerDrop(plane, {
        act: 'page.change',
        drop: request.params.drop,
        ifVersion: versionAsked(request),
        actor: request.operator,
        reason,
        isConfirmed: true, // nothing of a plan or page is dangerous
        decide(current, live) {
          refuseClosed(live);
          return { page: pageChange(page, current) };
        },
      });
      sendVersion(reply, drop);
      if (isJournaled) return reply.code(202).send(tellJournaled(drop));
      return tellDrop(plane, drop);
    },
  );
};
