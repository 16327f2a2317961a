/** The cookies of a browser that signs in: the session, that the account knows this browser, and a sign-in on its way elsewhere. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A browser that nobody has used for so long is a stranger again. */
const DEVICE_SECONDS = 180 * 86_400;
const SESSION_SECONDS = 12 * 3600;
const STATE_SECONDS = 600;

export interface SessionCookies {
  session(request: FastifyRequest): string | undefined;
  device(request: FastifyRequest): string | undefined;
  keep(reply: FastifyReply, tokens: { readonly token: string; readonly device: string }): void;
  /** The browser is known to an account. */
  keepDevice(reply: FastifyReply, device: string): void;
  /** Of a sign-in that is on its way to a provider and back. */
  state(request: FastifyRequest): string | undefined;
  keepState(reply: FastifyReply, state: string): void;
  forgetState(reply: FastifyReply): void;
  /** The session only: the browser stays known. */
  forget(reply: FastifyReply): void;
}

/** @param publicUrl its scheme decides: `__Host-` and `Secure` on https; browsers refuse both on plain-HTTP loopback */
export function createSessionCookies(publicUrl: () => URL): SessionCookies {
  const isSecure = () => publicUrl().protocol === 'https:';
  const name = (plain: string) => `${isSecure() ? '__Host-' : ''}sluice_${plain}`;
  // Lax, since a sign-in at another provider comes back from there; what writes is guarded by its Origin.
  const attributes = () => ({ path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure() }) as const;
  const keepDevice = (reply: FastifyReply, device: string) => {
    reply.setCookie(name('device'), device, { ...attributes(), maxAge: DEVICE_SECONDS });
  };
  return {
    session: (request) => request.cookies[name('session')],
    device: (request) => request.cookies[name('device')],
    keep(reply, { token, device }) {
      reply.setCookie(name('session'), token, { ...attributes(), maxAge: SESSION_SECONDS });
      keepDevice(reply, device);
    },
    keepDevice,
    state: (request) => request.cookies[name('openid')],
    keepState(reply, state) {
      reply.setCookie(name('openid'), state, { ...attributes(), maxAge: STATE_SECONDS });
    },
    forgetState(reply) {
      reply.clearCookie(name('openid'), attributes());
    },
    forget(reply) {
      reply.clearCookie(name('session'), attributes());
    },
  };
}
