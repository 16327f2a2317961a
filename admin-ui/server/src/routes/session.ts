/** Signing in and out, and what belongs to whoever is signed in: their sessions, password and second factor. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { clientAddressKey, problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import type { Identity } from '../accounts/identity.ts';
import { changePassword, confirmTotp, proposeTotp, replaceRecoveryCodes } from '../accounts/own-proofs.ts';
import { renewSession, signIn } from '../accounts/sign-in.ts';
import {
  PasswordChange,
  RecoveryCodes,
  Renewal,
  SessionAnswer,
  SessionList,
  SessionParams,
  SignIn,
  TotpAnswer,
  TotpConfirmation,
} from '../contract/accounts.ts';
import { PROBLEM_ANSWERS } from '../contract/common.ts';
import { byOperator, sessionOf } from '../plugins/access.ts';
import { answerOf } from '../plugins/session-answer.ts';
import type { SessionCookies } from '../plugins/session-cookies.ts';
import { ACTS_PER_OPERATOR, READS_PER_OPERATOR, SIGN_INS_PER_ADDRESS } from '../rate-limits.ts';

interface Options {
  readonly identity: Identity;
  readonly cookies: SessionCookies;
}

export const sessionRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { identity, cookies }) => {
  const signingIn = { rateLimit: SIGN_INS_PER_ADDRESS };
  const reading = { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } };
  const acting = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };
  const nothing = { 204: Type.Null(), ...PROBLEM_ANSWERS };

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.post(
    '/api/v1/session',
    {
      config: signingIn,
      schema: {
        summary: 'Sign in; sets the cookie of the session',
        body: SignIn,
        response: { 201: SessionAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const done = await signIn(identity, {
        ...request.body,
        address: clientAddressKey(request.ip),
        userAgent: request.headers['user-agent'] ?? '',
        device: cookies.device(request),
      });
      cookies.keep(reply, done);
      return reply.code(201).send(await answerOf(identity, done.session, done.failedBefore));
    },
  );

  app.get(
    '/api/v1/session',
    {
      config: reading,
      schema: {
        summary: 'Who is signed in, and what they may',
        response: { 200: SessionAnswer, ...PROBLEM_ANSWERS },
      },
    },
    (request) => answerOf(identity, sessionOf(request)),
  );

  app.delete(
    '/api/v1/session',
    { config: acting, schema: { summary: 'Sign out', response: nothing } },
    async (request, reply) => {
      const { id, account } = sessionOf(request);
      await identity.sessions.end(account.id, id);
      await identity.opener.ended(id);
      cookies.forget(reply);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/v1/session/renewal',
    {
      config: signingIn,
      schema: {
        summary: 'Prove again who you are, before dangerous acts',
        description: 'By a code or a passkey where a second factor is set up, else by the password.',
        body: Renewal,
        response: { 200: SessionAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const address = clientAddressKey(request.ip);
      return answerOf(
        identity,
        await renewSession(identity, sessionOf(request), { ...request.body, address }),
      );
    },
  );

  app.get(
    '/api/v1/session/others',
    {
      config: reading,
      schema: {
        summary: "The account's open sessions, this one among them",
        response: { 200: SessionList, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const { id, account } = sessionOf(request);
      const sessions = await identity.sessions.list(account.id);
      return {
        sessions: sessions.map((one) => ({
          ...one,
          isThis: one.id === id,
          createdAt: one.createdAt.toISOString(),
          seenAt: one.seenAt.toISOString(),
          expiresAt: one.expiresAt.toISOString(),
        })),
      };
    },
  );

  app.delete(
    '/api/v1/session/others/:session',
    {
      config: acting,
      schema: { summary: "End one of the account's sessions", params: SessionParams, response: nothing },
    },
    async (request, reply) => {
      const { account } = sessionOf(request);
      if (!(await identity.sessions.end(account.id, request.params.session)))
        throw problem('no-such-session', 'You have no open session of this id.');
      await identity.opener.ended(request.params.session);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/v1/mfa/totp',
    {
      config: acting,
      schema: {
        summary: 'A secret for an authenticator; it counts once confirmed',
        response: { 200: TotpAnswer, ...PROBLEM_ANSWERS },
      },
    },
    (request) => proposeTotp(identity, sessionOf(request)),
  );

  app.post(
    '/api/v1/mfa/totp/confirmation',
    {
      config: signingIn,
      schema: {
        summary: 'The authenticator works: set it up, and get recovery codes',
        body: TotpConfirmation,
        response: { 200: RecoveryCodes, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => ({
      recoveryCodes: await confirmTotp(identity, sessionOf(request), request.body.code),
    }),
  );

  app.post(
    '/api/v1/mfa/recovery-codes',
    {
      config: acting,
      schema: {
        summary: 'New recovery codes; the old ones are void',
        response: { 200: RecoveryCodes, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => ({ recoveryCodes: await replaceRecoveryCodes(identity, sessionOf(request)) }),
  );

  app.put(
    '/api/v1/password',
    {
      config: signingIn,
      schema: {
        summary: 'Another password; every session ends, this one too',
        body: PasswordChange,
        response: nothing,
      },
    },
    async (request, reply) => {
      await changePassword(identity, sessionOf(request), request.body.password);
      cookies.forget(reply);
      return reply.code(204).send(null);
    },
  );
};
