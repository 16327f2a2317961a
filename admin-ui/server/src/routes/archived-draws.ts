/** The draws that Postgres has, for the rooms to show when Redis has them no more. Internal listener, service token. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem, requireServiceToken } from '@sluice/service-kit';
import { Type } from 'typebox';
import type { ControlPlane } from '../acts/control-plane.ts';
import { DrawDropParams, DrawPageParams, StoredDraw } from '../contract/archives.ts';
import { ProblemDocument } from '../contract/common.ts';

export interface ArchivedDrawsOptions {
  readonly plane: Pick<ControlPlane, 'archives' | 'drops'>;
  readonly serviceToken: string;
}

export const archivedDrawRoutes: FastifyPluginAsyncTypebox<ArchivedDrawsOptions> = async (app, options) => {
  const { plane, serviceToken } = options;
  const onRequest = requireServiceToken(serviceToken);
  const problems = { '4xx': ProblemDocument, 503: ProblemDocument };

  app.get(
    '/internal/v1/draws/:drop',
    {
      onRequest,
      schema: {
        summary: 'A draw as it is stored',
        params: DrawDropParams,
        response: { 200: StoredDraw, ...problems },
      },
    },
    async (request) => {
      const { drop: id } = request.params;
      const [drop, archive] = await Promise.all([
        plane.drops.find(id),
        plane.archives.find([id]).then((found) => found.get(id)),
      ]);
      if (!drop || !archive?.drawStoredAt) throw problem('no-such-drop', `No draw of "${id}" is stored.`);
      const { head, revealedAt } = archive;
      return {
        commit: drop.commit,
        seed: revealedAt ? await plane.drops.seedOf(drop) : null,
        head: head && { ...head, pageRoots: [...head.pageRoots], pageFirsts: [...head.pageFirsts] },
      };
    },
  );

  app.get(
    '/internal/v1/draws/:drop/pages/:page',
    {
      onRequest,
      schema: {
        summary: 'A page of its roster',
        params: DrawPageParams,
        response: { 200: Type.String(), ...problems },
      },
      serializerCompiler: () => (body) => body as string,
    },
    async (request, reply) => {
      const { drop, page } = request.params;
      const text = await plane.archives.chunk(drop, 'roster', page);
      if (text === null) throw problem('not-found', 'No such page is stored.');
      return reply.type('text/plain; charset=utf-8').send(text);
    },
  );
};
