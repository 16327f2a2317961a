/** Taking admissions back. Internal listener, service token. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem, requireServiceToken } from '@sluice/service-kit';
import { DropParams, ProblemDocument } from '../contract/common.ts';
import { RevocationAnswer, RevocationRequest } from '../contract/sessions.ts';
import type { SessionStore } from '../store/sessions.ts';

export interface RevocationRoutesOptions {
  sessions: Pick<SessionStore, 'revoke'>;
  serviceToken: string;
}

export const revocationRoutes: FastifyPluginAsyncTypebox<RevocationRoutesOptions> = async (app, options) => {
  const { sessions, serviceToken } = options;
  app.post(
    '/internal/v1/drops/:drop/revocations',
    {
      onRequest: requireServiceToken(serviceToken),
      schema: {
        summary: 'Take admissions back: they open no session, open ones end and give back what they hold',
        description: 'A payment under way is finished as it will. Again: nothing more happens.',
        params: DropParams,
        body: RevocationRequest,
        response: { 200: RevocationAnswer, '4xx': ProblemDocument, '5xx': ProblemDocument },
      },
    },
    async (request) => {
      const { jtis, reason, actor } = request.body;
      const ended = await sessions.revoke(request.params.drop, jtis, reason, actor);
      if (ended === undefined) throw problem('no-such-drop');
      return { ended };
    },
  );
};
