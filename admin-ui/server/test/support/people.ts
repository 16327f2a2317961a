/** People with accounts: invited, enrolled and signed in the way anyone is, over HTTP. */

import { randomBytes } from 'node:crypto';
import { waitUntil } from '@sluice/service-kit/testing';
import { Secret, TOTP } from 'otpauth';
import { expect } from 'vitest';
import type { Role } from '../../src/domain/roles.ts';
import { type Answer, send, type TestControlPlane } from './control-plane.ts';

export const PASSWORD = 'correct horse battery staple';

/** The six digits of an authenticator; `steps` of thirty seconds from now. */
export function codeOf(secret: string, steps = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return totp.generate({ timestamp: Date.now() + steps * 30_000 });
}

export const anyEmail = (): string => `${randomBytes(6).toString('hex')}@shop.example`;

/** The token in a one-time link. */
export const tokenIn = (link: string): string => new URL(link).hash.slice(1);

/** A browser: it keeps cookies, and says where its requests come from. */
export function openBrowser(admin: Pick<TestControlPlane, 'url'>, address = anyAddress()) {
  const jar = new Map<string, string>();
  const browser = {
    jar,
    address,
    async call(
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<Answer> {
      const answer = await send(admin.url, method, path, {
        body,
        headers: {
          origin: new URL(admin.url).origin,
          'x-forwarded-for': address,
          ...(jar.size > 0 && { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }),
          ...headers,
        },
      });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      return answer;
    },
  };
  return browser;
}
export type Browser = ReturnType<typeof openBrowser>;

let addresses = 0;
/** Nobody else's in this file: what is counted by address is counted by browser. */
const anyAddress = (): string => `198.18.${++addresses >> 8}.${addresses & 255}`;

export interface Person extends Browser {
  readonly id: string;
  readonly email: string;
  /** Of the authenticator; '' without one. */
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** Invites, enrols and signs in; with an authenticator unless told otherwise. */
export async function startPerson(
  admin: TestControlPlane,
  role: Role,
  { drops = null, mfa = true }: { drops?: string[] | null; mfa?: boolean } = {},
): Promise<Person> {
  const email = anyEmail();
  const invited = await admin.call('POST', '/api/v1/accounts', { email, name: `A ${role}`, role, drops });
  expect(invited.status, invited.text).toBe(201);
  const browser = openBrowser(admin);
  const token = tokenIn(invited.body.link);
  expect((await browser.call('POST', '/api/v1/enrolment', { token, password: PASSWORD })).status).toBe(204);
  const signedIn = await browser.call('POST', '/api/v1/session', { email, password: PASSWORD });
  expect(signedIn.status, signedIn.text).toBe(201);
  const person = { ...browser, id: invited.body.account.id, email, secret: '', recoveryCodes: [] };
  return mfa ? { ...person, ...(await setUpTotp(browser)) } : person;
}

/** Sets an authenticator up in the browser's session. */
export async function setUpTotp(browser: Browser): Promise<{ secret: string; recoveryCodes: string[] }> {
  // Where a test has just given a store back, an instance may ask to come again.
  const { status, text, body } = await waitUntil(async () => {
    const answer = await browser.call('POST', '/api/v1/mfa/totp');
    return answer.status === 503 ? undefined : answer;
  });
  expect(status, text).toBeLessThan(300);
  const secret = body.secret as string;
  const code = codeOf(secret);
  const confirmed = await browser.call('POST', '/api/v1/mfa/totp/confirmation', { code });
  expect(confirmed.status, confirmed.text).toBe(200);
  return { secret, recoveryCodes: confirmed.body.recoveryCodes };
}
