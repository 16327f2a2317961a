/** Passkeys: signing in with one, and the ones that whoever is signed in has. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Identity } from '../accounts/identity.ts';
import { type Attestation, addPasskey, proposePasskey, removePasskey } from '../accounts/own-passkeys.ts';
import { type Assertion, challengePasskey } from '../accounts/passkey-proof.ts';
import { signInByPasskey } from '../accounts/passkey-sign-in.ts';
import { SessionAnswer } from '../contract/accounts.ts';
import { PROBLEM_ANSWERS } from '../contract/common.ts';
import {
  ChallengeAnswer,
  ChallengeRequest,
  CreationAnswer,
  PasskeyAdded,
  PasskeyAddition,
  PasskeyList,
  PasskeyParams,
  PasskeySignIn,
} from '../contract/passkeys.ts';
import { byOperator, sessionOf } from '../plugins/access.ts';
import { answerOf } from '../plugins/session-answer.ts';
import type { SessionCookies } from '../plugins/session-cookies.ts';
import { ACTS_PER_OPERATOR, READS_PER_OPERATOR, SIGN_INS_PER_ADDRESS } from '../rate-limits.ts';
import type { Passkey } from '../store/passkeys.ts';

interface Options {
  readonly identity: Identity;
  readonly cookies: SessionCookies;
}

export const passkeyRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { identity, cookies }) => {
  const signingIn = { rateLimit: SIGN_INS_PER_ADDRESS };
  const reading = { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } };
  const acting = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.post(
    '/api/v1/passkey-challenges',
    {
      config: signingIn,
      schema: {
        summary: 'What a passkey has to sign: for signing in by it alone, or beside a password',
        body: ChallengeRequest,
        response: { 201: ChallengeAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      return reply.code(201).send(await challengePasskey(identity, request.body.for));
    },
  );

  app.post(
    '/api/v1/passkey-session',
    {
      config: signingIn,
      schema: {
        summary: 'Sign in by a passkey alone; sets the cookie of the session',
        body: PasskeySignIn,
        response: { 201: SessionAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const done = await signInByPasskey(identity, {
        passkey: request.body.passkey as Assertion,
        userAgent: request.headers['user-agent'] ?? '',
        device: cookies.device(request),
      });
      cookies.keep(reply, done);
      return reply.code(201).send(await answerOf(identity, done.session, done.failedBefore));
    },
  );

  app.get(
    '/api/v1/mfa/passkeys',
    {
      config: reading,
      schema: { summary: "The account's passkeys", response: { 200: PasskeyList, ...PROBLEM_ANSWERS } },
    },
    async (request) => {
      const own = await identity.passkeys.list(sessionOf(request).account.id);
      return { passkeys: own.map(toldOf) };
    },
  );

  app.post(
    '/api/v1/mfa/passkeys/challenge',
    {
      config: acting,
      schema: {
        summary: 'What a browser needs to make a passkey; it counts once added',
        response: { 200: CreationAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const options = await proposePasskey(identity, sessionOf(request));
      return options as typeof options & { rp: { id: string } };
    },
  );

  app.post(
    '/api/v1/mfa/passkeys',
    {
      config: signingIn,
      schema: {
        summary: 'A passkey that was made: from now on a second factor',
        body: PasskeyAddition,
        response: { 201: PasskeyAdded, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { name, passkey: attestation } = request.body;
      const added = await addPasskey(identity, sessionOf(request), {
        name,
        attestation: attestation as Attestation,
      });
      return reply.code(201).send({ passkey: toldOf(added.passkey), recoveryCodes: added.recoveryCodes });
    },
  );

  app.delete(
    '/api/v1/mfa/passkeys/:passkey',
    {
      config: acting,
      schema: {
        summary: 'Take a passkey off; not the only second factor',
        params: PasskeyParams,
        response: { 204: Type.Null(), ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      await removePasskey(identity, sessionOf(request), request.params.passkey);
      return reply.code(204).send(null);
    },
  );
};

function toldOf({ id, name, isBackedUp, createdAt, lastUsedAt }: Passkey) {
  return {
    ...{ id, name, isBackedUp },
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
