/** Signing in at the organisation's OpenID provider: there, and back. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Identity } from '../accounts/identity.ts';
import { beginOidcSignIn, CALLBACK_PATH, finishOidcSignIn } from '../accounts/oidc-sign-in.ts';
import { PROBLEM_ANSWERS } from '../contract/common.ts';
import type { SessionCookies } from '../plugins/session-cookies.ts';
import { SIGN_INS_PER_ADDRESS } from '../rate-limits.ts';

interface Options {
  readonly identity: Identity;
  readonly cookies: SessionCookies;
}

export const oidcRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { identity, cookies }) => {
  const config = { rateLimit: SIGN_INS_PER_ADDRESS };

  app.get(
    '/api/v1/oidc/sign-in',
    {
      config,
      schema: {
        summary: 'To the OpenID provider',
        response: { 302: Type.Null({ description: 'Location: the provider' }), ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { address, state } = await beginOidcSignIn(identity, request.log);
      cookies.keepState(reply, state);
      return reply.header('cache-control', 'no-store').redirect(address.href, 302);
    },
  );

  app.get(
    CALLBACK_PATH,
    {
      config,
      schema: {
        summary: 'Back from the OpenID provider: signed in, if all is right',
        response: { 303: Type.Null({ description: 'Location: the control plane' }), ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const state = cookies.state(request);
      cookies.forgetState(reply);
      const done = await finishOidcSignIn(
        identity,
        {
          state,
          query: request.url.slice(request.url.indexOf('?') >>> 0),
          userAgent: request.headers['user-agent'] ?? '',
          device: cookies.device(request),
        },
        request.log,
      );
      cookies.keep(reply, done);
      return reply.header('cache-control', 'no-store').redirect('/', 303);
    },
  );
};
