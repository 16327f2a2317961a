/** Signing in at the organisation's OpenID provider: there, and back. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answerError, isStoreFault, Problem } from '@sluice/service-kit';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Identity } from '../accounts/identity.ts';
import { beginOidcSignIn, CALLBACK_PATH, finishOidcSignIn } from '../accounts/oidc-sign-in.ts';
import { SignInWays } from '../contract/accounts.ts';
import { PROBLEM_ANSWERS } from '../contract/common.ts';
import type { SessionCookies } from '../plugins/session-cookies.ts';
import { PAGES_PER_ADDRESS, SIGN_INS_PER_ADDRESS } from '../rate-limits.ts';

interface Options {
  readonly identity: Identity;
  readonly cookies: SessionCookies;
}

export const oidcRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { identity, cookies }) => {
  const config = { rateLimit: SIGN_INS_PER_ADDRESS };

  // People are sent here by links: what is refused is told by the sign-in page, not by a JSON document.
  app.setErrorHandler((error, request, reply) => {
    const refused = isNavigation(request) ? typeOf(error) : undefined;
    if (refused === undefined) return answerError(error, request, reply);
    return reply.header('cache-control', 'no-store').redirect(`/sign-in?refused=${refused}`, 303);
  });

  app.get(
    '/api/v1/sign-in-ways',
    {
      config: { rateLimit: PAGES_PER_ADDRESS },
      schema: {
        summary: 'How one can sign in here, beside password and passkey',
        response: { 200: SignInWays, ...PROBLEM_ANSWERS },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return { openid: identity.openid && { host: identity.openid.host } };
    },
  );

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

/** Whether somebody goes there, rather than a script. */
const isNavigation = ({ headers }: FastifyRequest): boolean => /\btext\/html\b/.test(headers.accept ?? '');

/** Of what the sign-in page has words for; undefined: something broke. */
function typeOf(error: unknown): string | undefined {
  if (error instanceof Problem) return error.type;
  return isStoreFault(error) ? 'store-unavailable' : undefined;
}
