/** Deleting a rehearsal. Internal listener, service token. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { requireServiceToken } from '@sluice/service-kit';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { RehearsalDeletedAnswer } from '../contract/internal.ts';
import { isRehearsal } from '../domain/rehearsal.ts';
import { invalidField } from '../plugins/invalid-field.ts';
import type { RehearsalStore } from '../store/rehearsals.ts';

export interface RehearsalRoutesOptions {
  rehearsals: RehearsalStore;
  serviceToken: string;
}

export const rehearsalRoutes: FastifyPluginAsyncTypebox<RehearsalRoutesOptions> = async (app, options) => {
  const { rehearsals, serviceToken } = options;
  app.delete(
    '/internal/v1/drops/:drop',
    {
      onRequest: requireServiceToken(serviceToken),
      schema: {
        summary:
          'Delete a rehearsal with all its sessions, reservations, orders and stock; any other drop is refused',
        description: 'Again, until `rows` is 0: a request that was under way may have left something behind.',
        params: DropParams,
        response: { 200: RehearsalDeletedAnswer, '4xx': ProblemDocument, '5xx': ProblemDocument },
      },
    },
    async (request) => {
      const { drop } = request.params;
      if (!isRehearsal(drop))
        throw invalidField('params.drop', 'must be a rehearsal: nothing else is ever deleted');
      return { drop, rows: await rehearsals.remove(drop) };
    },
  );
};
