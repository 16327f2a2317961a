/** Whose request it is, as far as limits go: the client's address through trusted proxies only, reduced to what one client can't vary. */
import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import { rawHeader } from './raw-header.ts';

/** Verdicts and keys kept; beyond it they are found out anew. Parsing an address costs more than a small answer does. */
const VERDICTS_MAX = 20_000;
/** A longer X-Forwarded-For is nobody's but a mischief maker's: it is read anew each time rather than kept. */
const KEPT_CHARS_MAX = 100;

/** Whether an address is one of the proxies in `TRUSTED_PROXIES` (comma list of CIDRs, '' for none). */
export function createProxyTrust(trustedProxies: string): (address: string) => boolean {
  const ranges = trustedProxies
    .split(',')
    .map((range) => range.trim())
    .filter(Boolean);
  if (ranges.length === 0) return () => false;
  const trusted = proxyAddr.compile(ranges);
  const verdicts = new Map<string, boolean>();
  return (address) => {
    let verdict = verdicts.get(address);
    if (verdict === undefined) {
      verdict = trusted(address, 0);
      if (verdicts.size >= VERDICTS_MAX) verdicts.clear();
      verdicts.set(address, verdict);
    }
    return verdict;
  };
}

/**
 * The client's address of a raw request: the peer's own, or, where the peer is a trusted proxy, the last address in
 * X-Forwarded-For that no trusted proxy has.
 */
export function createClientAddress(trustedProxies: string): (request: IncomingMessage) => string {
  const trust = createProxyTrust(trustedProxies);
  return (request) => {
    const peer = request.socket.remoteAddress ?? '';
    return request.headers['x-forwarded-for'] !== undefined && trust(peer) ? proxyAddr(request, trust) : peer;
  };
}

/** Whether the client came by HTTPS, as far as a trusted proxy says so: these services themselves speak HTTP. */
export function createIsSecure(trustedProxies: string): (request: IncomingMessage) => boolean {
  const trust = createProxyTrust(trustedProxies);
  return (request) => {
    const forwarded = rawHeader(request, 'x-forwarded-proto');
    if (!forwarded || !trust(request.socket.remoteAddress ?? '')) return false;
    return forwarded.slice(forwarded.lastIndexOf(',') + 1).trim() === 'https';
  };
}

/** {@link clientAddressKey} of a raw request's client. What trusted proxies say is remembered by their header. */
export function createClientKey(trustedProxies: string): (request: IncomingMessage) => string {
  const addressOf = createClientAddress(trustedProxies);
  const trust = createProxyTrust(trustedProxies);
  const keys = new Map<string, string>();
  return (request) => {
    const forwarded = rawHeader(request, 'x-forwarded-for');
    // Behind a trusted peer the header alone decides, whichever peer that is.
    const keep =
      forwarded !== undefined &&
      forwarded !== '' &&
      forwarded.length <= KEPT_CHARS_MAX &&
      trust(request.socket.remoteAddress ?? '');
    const kept = keep ? keys.get(forwarded) : undefined;
    if (kept !== undefined) return kept;
    const key = clientAddressKey(addressOf(request));
    if (keep) {
      if (keys.size >= VERDICTS_MAX) keys.clear();
      keys.set(forwarded, key);
    }
    return key;
  };
}

/** What limits count by: IPv4 as it is (mapped into IPv6, too), IPv6 by its /64, since one household has all of that. */
export function clientAddressKey(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const groups = head ? head.split(':') : [];
  if (tail !== undefined) {
    const end = tail ? tail.split(':') : [];
    while (groups.length + end.length < 8) groups.push('0');
    groups.push(...end);
  }
  const prefix = groups.slice(0, 4).map((group) => Number.parseInt(group || '0', 16).toString(16));
  return `${prefix.join(':')}::/64`;
}
