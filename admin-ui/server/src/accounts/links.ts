/** One-time links: the first owner, invitations, resets. They set a password and nothing else; a second factor stays. */

import { problem } from '@sluice/service-kit';
import { passwordFault } from '../domain/password-rules.ts';
import type { Reason } from '../domain/reasons.ts';
import type { Role } from '../domain/roles.ts';
import type { Account } from '../store/accounts.ts';
import type { Who } from '../store/audit.ts';
import type { LinkPurpose } from '../store/database.ts';
import type { Identity } from './identity.ts';
import { hashPassword } from './passwords.ts';
import { digestOf, makeToken } from './secrets.ts';

const HOUR = 3600;
/** A weekend for an invitation; a reset is wanted now. */
const LIFETIME_SECONDS: Readonly<Record<LinkPurpose, number>> = {
  'first-owner': 24 * HOUR,
  invitation: 72 * HOUR,
  reset: HOUR,
};

export interface OneTimeLink {
  /** Null: it went by mail. */
  readonly link: string | null;
  readonly expiresAt: Date;
}

/** A link for nobody yet. @throws Problem 409 `has-owner` once there is an account */
export async function firstOwnerLink(identity: Identity, who: Who): Promise<OneTimeLink> {
  if (!(await identity.accounts.isEmpty()))
    throw problem('has-owner', 'There are accounts already; an owner makes further ones.');
  const made = await makeLink(identity, null, 'first-owner');
  const entry = { act: 'link.first-owner', drop: null, before: null, after: null };
  await identity.audit.record({ ...entry, ...who });
  return { link: made.url, expiresAt: made.expiresAt };
}

/** A link by which somebody sets their password, sent by mail or told to who asked. */
export async function accountLink(
  identity: Identity,
  account: Pick<Account, 'id' | 'email'>,
  purpose: 'invitation' | 'reset',
  who: Who,
): Promise<OneTimeLink> {
  const { url, expiresAt } = await makeLink(identity, account.id, purpose);
  const after = { email: account.email, by: identity.mail ? 'mail' : 'link' };
  await identity.audit.record({ ...who, act: `link.${purpose}`, drop: null, before: null, after });
  if (!identity.mail) return { link: url, expiresAt };
  await identity.mail({
    to: account.email,
    subject: purpose === 'invitation' ? 'You are invited to Sluice' : 'A new password for Sluice',
    text: `${url}\n\nThe link is good once, until ${expiresAt.toISOString()}.\n`,
  });
  return { link: null, expiresAt };
}

async function makeLink({ links, publicUrl }: Identity, account: string | null, purpose: LinkPurpose) {
  const token = makeToken();
  const seconds = LIFETIME_SECONDS[purpose];
  const expiresAt = await links.create(digestOf(token), { account, purpose, seconds });
  // Behind #, where no server, log or Referer ever sees it.
  return { url: new URL(`/enrol#${token}`, publicUrl()).href, expiresAt };
}

export interface EnrolmentRequest {
  readonly token: string;
  readonly password: string;
  /** Of the first owner. */
  readonly email?: string | undefined;
  readonly name?: string | undefined;
}

/**
 * Sets the password that a link lets its holder set, and ends every session of the account. Signing in is the next step, and this
 * browser is known for it: whoever is after the account from many addresses does not slow its holder down.
 * @returns for the device's cookie
 * @throws Problem 410 `link-spent`, 400 `invalid-request` for a password that will not do: the link is good still
 */
export async function enrol(identity: Identity, request: EnrolmentRequest): Promise<string> {
  const { links, accounts } = identity;
  const digest = digestOf(request.token);
  const link = await links.find(digest);
  const spent = () =>
    problem('link-spent', 'The link was used, replaced, or has run out; ask for a new one.');
  if (!link) throw spent();
  const known = link.account === null ? undefined : await accounts.find(link.account);
  const email = known?.email ?? request.email;
  if (email === undefined) throw invalid('email', 'must be given for the first owner');
  refuseWeak(request.password, email);
  const hash = await hashPassword(request.password);
  if (link.account === null && !(await accounts.isEmpty())) throw spent();
  if (!(await links.use(digest))) throw spent();
  const who = { actor: email, reason: null };
  const account =
    known ?? (await makeFirstOwner(identity, { email, name: request.name ?? email, role: 'owner' }));
  if (!account || account.isDisabled) throw spent();
  await accounts.setPassword(account.id, hash, who);
  await identity.opener.ended(account.id);
  const device = makeToken();
  await accounts.rememberDevice(account.id, digestOf(device));
  return device;
}

function makeFirstOwner({ accounts }: Identity, owner: { email: string; name: string; role: Role }) {
  const account = { ...owner, email: owner.email.toLowerCase(), drops: null };
  return accounts.create(account, { actor: account.email, reason: 'the first owner' });
}

/** @throws Problem 400 `invalid-request` */
export function refuseWeak(password: string, email: string): void {
  const fault = passwordFault(password, email);
  if (fault !== undefined) throw invalid('password', fault);
}

function invalid(field: string, reason: Reason) {
  return problem('invalid-request', `body.${field} ${reason}`, {
    errors: [{ field: `body.${field}`, reason }],
  });
}

/** Somebody says they have forgotten their password. Told nothing, whether there is such an account or not. */
export async function askReset(identity: Identity, email: string): Promise<void> {
  const account = await identity.accounts.findByEmail(email);
  // Without a mailer nobody but an owner hands out links: a stranger must not get one for asking.
  if (!identity.mail || !account || account.isDisabled) return;
  await accountLink(identity, account, 'reset', { actor: account.email, reason: 'asked by e-mail address' });
}
