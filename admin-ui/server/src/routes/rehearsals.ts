/** Rehearsals: started, stopped, told. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ControlPlane } from '../acts/control-plane.ts';
import { stopRehearsal } from '../acts/end-rehearsals.ts';
import { issuePass } from '../acts/issue-pass.ts';
import { startRehearsal } from '../acts/start-rehearsal.ts';
import { tellRehearsal } from '../acts/tell-rehearsal.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import {
  PassAnswer,
  PassRequest,
  REHEARSAL_DEFAULTS,
  RehearsalAnswer,
  RehearsalListAnswer,
  RehearsalStart,
  RehearsalStop,
} from '../contract/rehearsals.ts';
import { byOperator } from '../plugins/access.ts';
import { ACTS_PER_OPERATOR, READS_PER_OPERATOR } from '../rate-limits.ts';

export const rehearsalRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (app, { plane }) => {
  const acting = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.post(
    '/api/v1/drops/:drop/rehearsals',
    {
      config: acting,
      schema: {
        summary: 'Rehearse a drop: a copy of it that opens in a moment, and a simulated crowd',
        description:
          'It takes no money, is in no report, series or alert, ends by itself and is deleted then. One at a time.',
        params: DropParams,
        body: RehearsalStart,
        response: { 201: RehearsalAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { confirm = false, reason = null, ...stated } = request.body;
      const settings = { ...REHEARSAL_DEFAULTS, ...stated };
      const { drop } = request.params;
      const who = { actor: request.operator, reason };
      const rehearsal = await startRehearsal(plane, { drop, settings, isConfirmed: confirm }, who);
      return reply.code(201).send(tellRehearsal(rehearsal));
    },
  );

  app.get(
    '/api/v1/drops/:drop/rehearsals',
    {
      config: { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary: 'Rehearsals of a drop with what was seen, or the one whose id this is',
        params: DropParams,
        response: { 200: RehearsalListAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => ({
      rehearsals: (await plane.rehearsals.listOf(request.params.drop)).map((one) => tellRehearsal(one)),
    }),
  );

  app.post(
    '/api/v1/drops/:drop/rehearsals/pass',
    {
      config: acting,
      schema: {
        summary:
          'A staff pass: the link by which somebody walks the running rehearsal of a drop, until it ends',
        params: DropParams,
        body: PassRequest,
        response: { 201: PassAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const who = { actor: request.operator, reason: request.body.reason ?? null };
      return reply.code(201).send(await issuePass(plane, request.params.drop, who));
    },
  );

  app.post(
    '/api/v1/drops/:drop/rehearsals/stop',
    {
      config: acting,
      schema: {
        summary: 'Stop the rehearsal of a drop, or the one whose id this is; it is deleted then',
        params: DropParams,
        body: RehearsalStop,
        response: { 202: RehearsalAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const who = { actor: request.operator, reason: request.body.reason ?? null };
      return reply.code(202).send(tellRehearsal(await stopRehearsal(plane, request.params.drop, who)));
    },
  );
};
