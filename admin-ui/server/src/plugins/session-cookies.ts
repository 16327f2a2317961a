/** The two cookies of a browser that has signed in: the session, and that the account knows this browser. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A browser that nobody has used for so long is a stranger again. */
const DEVICE_SECONDS = 180 * 86_400;
const SESSION_SECONDS = 12 * 3600;

export interface SessionCookies {
  session(request: FastifyRequest): string | undefined;
  device(request: FastifyRequest): string | undefined;
  keep(reply: FastifyReply, tokens: { readonly token: string; readonly device: string }): void;
  /** The session only: the browser stays known. */
  forget(reply: FastifyReply): void;
}

/** @param publicUrl its scheme decides: `__Host-` and `Secure` on https; browsers refuse both on plain-HTTP loopback */
export function createSessionCookies(publicUrl: () => URL): SessionCookies {
  const isSecure = () => publicUrl().protocol === 'https:';
  const name = (plain: string) => `${isSecure() ? '__Host-' : ''}sluice_${plain}`;
  // Lax, since a sign-in at another provider comes back from there; what writes is guarded by its Origin.
  const attributes = () => ({ path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure() }) as const;
  return {
    session: (request) => request.cookies[name('session')],
    device: (request) => request.cookies[name('device')],
    keep(reply, { token, device }) {
      reply.setCookie(name('session'), token, { ...attributes(), maxAge: SESSION_SECONDS });
      reply.setCookie(name('device'), device, { ...attributes(), maxAge: DEVICE_SECONDS });
    },
    forget(reply) {
      reply.clearCookie(name('session'), attributes());
    },
  };
}
