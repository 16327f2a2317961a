/** The connector's two cookies: their names, attributes, and reading them. The only place that makes these names. */

export interface CookieNames {
  secret(drop: string): string;
  token(drop: string): string;
}

/**
 * On https `__Host-` keeps neighbouring subdomains from planting a cookie; browsers refuse the prefix on plain http,
 * which is allowed on a loopback host only.
 */
export function cookieNames(isSecure: boolean): CookieNames {
  const prefix = isSecure ? '__Host-' : '';
  return {
    secret: (drop) => `${prefix}sluice_secret_${drop}`,
    token: (drop) => `${prefix}sluice_token_${drop}`,
  };
}

/** A `Set-Cookie` value: host-only, for the whole origin, not for scripts. `maxAgeSeconds` 0 deletes. */
export function setCookie(name: string, value: string, maxAgeSeconds: number, isSecure: boolean): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
}

/** The first cookie of that name, or null. Ours hold no character that would have to be decoded. */
export function readCookie(header: string | null, name: string): string | null {
  for (const pair of header?.split(';') ?? []) {
    const separator = pair.indexOf('=');
    if (pair.slice(0, separator).trim() === name) return pair.slice(separator + 1).trim();
  }
  return null;
}
