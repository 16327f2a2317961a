/** Accounts: made by invitation, changed, let in again; and the links by which people set their password. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import type { Identity } from '../accounts/identity.ts';
import { accountLink, askReset, enrol, firstOwnerLink, type OneTimeLink } from '../accounts/links.ts';
import {
  AccountAnswer,
  AccountChange,
  AccountList,
  AccountParams,
  Enrolment,
  Invitation,
  InvitationAnswer,
  LinkAnswer,
  ResetRequest,
} from '../contract/accounts.ts';
import { PROBLEM_ANSWERS } from '../contract/common.ts';
import type { Reason } from '../domain/reasons.ts';
import { byOperator } from '../plugins/access.ts';
import type { SessionCookies } from '../plugins/session-cookies.ts';
import { ACTS_PER_OPERATOR, READS_PER_OPERATOR, SIGN_INS_PER_ADDRESS } from '../rate-limits.ts';
import type { Account } from '../store/accounts.ts';

const toldOf = (account: Account) => ({
  ...account,
  drops: account.drops && [...account.drops],
  lastSignInAt: account.lastSignInAt?.toISOString() ?? null,
  createdAt: account.createdAt.toISOString(),
});
const toldOfLink = ({ link, expiresAt }: OneTimeLink) => ({ link, expiresAt: expiresAt.toISOString() });

interface Options {
  readonly identity: Identity;
  readonly cookies: SessionCookies;
}

export const accountRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { identity, cookies }) => {
  const { accounts, sessions, opener, audit } = identity;
  const reading = { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } };
  const acting = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };
  const strangers = { rateLimit: SIGN_INS_PER_ADDRESS };
  const nothing = { 204: Type.Null(), ...PROBLEM_ANSWERS };

  async function known(id: string): Promise<Account> {
    const account = await accounts.find(id);
    if (!account) throw problem('no-such-account', 'No account has this id.');
    return account;
  }

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.post(
    '/api/v1/first-owner-link',
    {
      config: acting,
      schema: {
        summary:
          'A one-time link that makes the first owner; for the operator key, while there is no account',
        response: { 201: LinkAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const link = await firstOwnerLink(identity, { actor: request.operator, reason: null });
      return reply.code(201).send(toldOfLink(link));
    },
  );

  app.post(
    '/api/v1/enrolment',
    {
      config: strangers,
      schema: {
        summary: 'Set a password by a one-time link; signing in is the next step',
        body: Enrolment,
        response: nothing,
      },
    },
    async (request, reply) => {
      cookies.keepDevice(reply, await enrol(identity, request.body));
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/v1/password-reset',
    {
      config: strangers,
      schema: {
        summary: 'Ask for a link by mail; the answer is the same whether there is such an account or not',
        body: ResetRequest,
        response: { 202: Type.Null(), ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      // Not waited for: how long it takes would tell whether there is an account.
      askReset(identity, request.body.email).catch((err: unknown) =>
        request.log.error({ err }, 'a reset link could not be sent'),
      );
      return reply.code(202).send(null);
    },
  );

  app.get(
    '/api/v1/accounts',
    {
      config: reading,
      schema: { summary: 'All accounts', response: { 200: AccountList, ...PROBLEM_ANSWERS } },
    },
    async () => ({ accounts: (await accounts.list()).map(toldOf) }),
  );

  app.post(
    '/api/v1/accounts',
    {
      config: acting,
      schema: {
        summary: 'Invite somebody: an account, and a link to set its password by',
        body: Invitation,
        response: { 201: InvitationAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { email, name, role, drops = null } = request.body;
      if (role === 'owner' && drops !== null) throw limitedOwner();
      const who = { actor: request.operator, reason: null };
      const account = await accounts.create({ email: email.toLowerCase(), name, role, drops }, who);
      if (!account) throw problem('account-exists', 'There is an account of this address already.');
      const link = await accountLink(identity, account, 'invitation', who);
      return reply.code(201).send({ account: toldOf(account), ...toldOfLink(link) });
    },
  );

  app.patch(
    '/api/v1/accounts/:account',
    {
      config: acting,
      schema: {
        summary: 'Another name, role or list of drops; or disabled, which ends its sessions',
        params: AccountParams,
        body: AccountChange,
        response: { 200: AccountAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const { account: id } = request.params;
      const { role = (await known(id)).role, ...rest } = request.body;
      if (role === 'owner' && (rest.drops ?? null) !== null) throw limitedOwner();
      const change = { ...rest, role, ...(role === 'owner' && { drops: null }) };
      const done = await accounts.change(id, change, { actor: request.operator, reason: null });
      if (done === 'no-such-account') throw problem('no-such-account', 'No account has this id.');
      await opener.ended(id);
      if (done === 'last-owner') throw problem('last-owner', 'Somebody has to be able to make accounts.');
      return toldOf(done);
    },
  );

  app.post(
    '/api/v1/accounts/:account/reset',
    {
      config: acting,
      schema: {
        summary: 'A link by which the account sets a new password; its second factor stays',
        params: AccountParams,
        response: { 201: LinkAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const account = await known(request.params.account);
      const purpose = account.hasPassword ? 'reset' : 'invitation';
      const link = await accountLink(identity, account, purpose, { actor: request.operator, reason: null });
      return reply.code(201).send(toldOfLink(link));
    },
  );

  app.delete(
    '/api/v1/accounts/:account/mfa',
    {
      config: acting,
      schema: {
        summary:
          'The second factor is lost for good: password, factor and sessions go, too, and a link lets in again',
        params: AccountParams,
        response: { 200: LinkAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const account = await known(request.params.account);
      const who = { actor: request.operator, reason: null };
      await accounts.clearProofs(account.id, who);
      await opener.ended(account.id);
      return toldOfLink(await accountLink(identity, account, 'invitation', who));
    },
  );

  app.delete(
    '/api/v1/accounts/:account/sessions',
    {
      config: acting,
      schema: { summary: 'End all its sessions', params: AccountParams, response: nothing },
    },
    async (request, reply) => {
      const { id, email } = await known(request.params.account);
      const count = await sessions.endAll(id);
      await opener.ended(id);
      await audit.record({
        ...{ act: 'account.sessions-ended', actor: request.operator, drop: null, reason: null, before: null },
        after: { email, count },
      });
      return reply.code(204).send(null);
    },
  );
};

function limitedOwner() {
  const reason: Reason = 'must be null for an owner';
  return problem('invalid-request', `body.drops ${reason}`, { errors: [{ field: 'body.drops', reason }] });
}
