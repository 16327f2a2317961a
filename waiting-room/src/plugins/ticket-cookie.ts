/** How a ticket travels: the cookie's one name and its attributes, the header, and reading both without parsing the rest. */

/** Longer than any drop lives; a ticket outlives it only as an unread cookie. */
const MAX_AGE_SECONDS = 7 * 86_400;
const SCHEME = /^ticket +/i;

export interface TicketCookie {
  /** `__Host-wr_<drop>`; without the prefix on plain-HTTP loopback, where browsers refuse it. */
  name(drop: string): string;
  /** The cookie's value in a Cookie header; undefined for none. */
  read(header: string | undefined, drop: string): string | undefined;
  /** Set-Cookie that keeps the ticket. */
  keep(drop: string, ticket: string): string;
  /** Set-Cookie that forgets it. */
  forget(drop: string): string;
}

/**
 * @param publicUrl decides by its scheme whether the cookie is bound to https
 * @param kind what the name begins with; a staff pass travels in the same way
 */
export function createTicketCookie(publicUrl: URL, kind = 'wr_'): TicketCookie {
  const secure = publicUrl.protocol === 'https:';
  const prefix = secure ? `__Host-${kind}` : kind;
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    name: (drop) => prefix + drop,
    read: (header, drop) => (header === undefined ? undefined : readCookie(header, prefix + drop)),
    keep: (drop, ticket) => `${prefix}${drop}=${ticket}; Max-Age=${MAX_AGE_SECONDS}${attributes}`,
    forget: (drop) => `${prefix}${drop}=; Max-Age=0${attributes}`,
  };
}

/** The ticket of an `Authorization: Ticket …` header; undefined for another scheme or none. */
export function readTicketHeader(header: string | undefined): string | undefined {
  return header !== undefined && SCHEME.test(header) ? header.replace(SCHEME, '').trim() : undefined;
}

/** The first cookie of that name (RFC 6265: the one with the longest path). */
function readCookie(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const text = pair.trimStart();
    if (text.startsWith(name) && text.charAt(name.length) === '=')
      return text.slice(name.length + 1).trimEnd();
  }
  return undefined;
}
