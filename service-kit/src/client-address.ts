/** Whose request it is, as far as limits go: the client's address through trusted proxies only, reduced to what one client can't vary. */
import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

/** The CIDRs of `TRUSTED_PROXIES`. */
export function parseTrustedProxies(list: string): string[] {
  return list
    .split(',')
    .map((range) => range.trim())
    .filter(Boolean);
}

/**
 * The client's address of a raw request: the peer's own, or, where the peer is a trusted proxy, the last address in
 * X-Forwarded-For that no trusted proxy has.
 */
export function createClientAddress(trustedProxies: string): (request: IncomingMessage) => string {
  const ranges = parseTrustedProxies(trustedProxies);
  if (ranges.length === 0) return (request) => request.socket.remoteAddress ?? '';
  const trust = proxyAddr.compile(ranges);
  return (request) => proxyAddr(request, trust);
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
