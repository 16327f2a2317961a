/** API keys: made, listed, revoked. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import { makeKey } from '../accounts/api-keys.ts';
import type { Identity } from '../accounts/identity.ts';
import { KeyAnswer, KeyList, KeyParams, KeyRequest } from '../contract/accounts.ts';
import { PROBLEM_ANSWERS } from '../contract/common.ts';
import { byOperator } from '../plugins/access.ts';
import { ACTS_PER_OPERATOR, READS_PER_OPERATOR } from '../rate-limits.ts';
import type { ApiKey } from '../store/api-keys.ts';

const toldOf = (key: ApiKey) => ({
  ...key,
  scopes: [...key.scopes],
  drops: key.drops && [...key.drops],
  createdAt: key.createdAt.toISOString(),
  expiresAt: key.expiresAt?.toISOString() ?? null,
  lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  revokedAt: key.revokedAt?.toISOString() ?? null,
});

export const keyRoutes: FastifyPluginAsyncTypebox<{ identity: Identity }> = async (app, { identity }) => {
  const acting = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.get(
    '/api/v1/keys',
    {
      config: { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary: 'API keys, those that are over, too',
        response: { 200: KeyList, ...PROBLEM_ANSWERS },
      },
    },
    async () => ({ keys: (await identity.keys.list()).map(toldOf) }),
  );

  app.post(
    '/api/v1/keys',
    {
      config: acting,
      schema: {
        summary: 'Make a key with scopes, for all drops or some; it is told this once',
        body: KeyRequest,
        response: { 201: KeyAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { key, ...made } = await makeKey(identity, request.body, {
        actor: request.operator,
        reason: null,
      });
      return reply.code(201).send({ ...toldOf(made), key });
    },
  );

  app.delete(
    '/api/v1/keys/:key',
    {
      config: acting,
      schema: {
        summary: 'Revoke a key: it does not work from now on',
        params: KeyParams,
        response: { 204: Type.Null(), ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const who = { actor: request.operator, reason: null };
      if (!(await identity.keys.revoke(request.params.key, who)))
        throw problem('no-such-key', 'No key that works has this id.');
      return reply.code(204).send(null);
    },
  );
};
