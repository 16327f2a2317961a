/** Entries on lease to gates, which spend them while the room can't be asked (ADR 0110). Service token only. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Problem, problem, requireServiceToken } from '@sluice/service-kit';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { LeasesAnswer, LeasesBody } from '../contract/service.ts';
import { type Room, viewOf } from '../plugins/room.ts';
import { MEMBERS_MAX } from '../queue/commands.ts';
import { SERVICE_PER_ADDRESS } from '../rate-limits.ts';

export const leaseRoutes: FastifyPluginAsyncTypebox<{ room: Room }> = async (app, { room }) => {
  app.post(
    '/v1/drops/:drop/leases',
    {
      preHandler: requireServiceToken(room.serviceToken),
      config: { rateLimit: SERVICE_PER_ADDRESS },
      schema: {
        summary: 'Entries on lease to a gate',
        params: DropParams,
        body: LeasesBody,
        response: { 200: LeasesAnswer, '4xx': ProblemDocument, 503: ProblemDocument },
      },
    },
    async (request, reply) => {
      const { drop } = viewOf(room, request.params.drop);
      const { want, held, spent, returned } = request.body;
      const numbers = [...held, ...spent, ...returned];
      if (numbers.length + want > MEMBERS_MAX)
        throw invalid('body.want', `must leave the whole at ${MEMBERS_MAX} or less`);
      if (new Set(numbers).size < numbers.length)
        throw invalid('body.held', 'must have no number in common with spent and returned, and none twice');
      const leased = await room.lease(drop, request.body);
      if (leased.status !== 'ok') throw problem('no-such-drop', `No drop has the id "${drop}".`);
      const { phase, quota, entries } = leased;
      return reply.header('cache-control', 'no-store').send({
        phase,
        quota,
        void: [...leased.void],
        entries: entries.map(({ expiresAtMs, ...entry }) => ({
          ...entry,
          expiresAt: new Date(expiresAtMs).toISOString(),
        })),
      });
    },
  );
};

function invalid(field: string, reason: string): Problem {
  return problem('invalid-request', `${field} ${reason}`, { errors: [{ field, reason }] });
}
