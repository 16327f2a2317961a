/**
 * Keeps addresses that strangers gave us from leading into our own network (SSRF). Names are resolved once, every answer
 * is checked, and what was checked is what is dialled: there is no second look-up for an attacker's name server to
 * answer differently.
 */
import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface AddressGuard {
  /** Why this address may not be used, or undefined. Asks nobody: names are checked when they are dialled. */
  refusal(url: URL): string | undefined;
  /** For `http.request`: resolves a name and refuses it when any of its addresses is not allowed. */
  lookup: LookupFunction;
}

export interface AddressGuardOptions {
  /** Networks that are allowed although they are not public, over plain HTTP too: CIDRs. */
  allowedNetworks?: readonly string[];
  resolve?: (name: string) => Promise<LookupAddress[]>;
}

/** The address is none that a webhook may have. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
}

const resolveByDns = (name: string) =>
  new Promise<LookupAddress[]>((resolve, reject) => {
    lookup(name, { all: true }, (error, found) => (error ? reject(error) : resolve(found)));
  });

/** @throws Error when a network is no CIDR */
export function createAddressGuard({
  allowedNetworks = [],
  resolve = resolveByDns,
}: AddressGuardOptions = {}): AddressGuard {
  const allowed = allowedNetworks.map((network) => ipaddr.parseCIDR(network));

  function isAllowed(address: string): boolean {
    // An IPv4 address in the clothes of an IPv6 one is the IPv4 address.
    const parsed = ipaddr.process(address);
    return allowed.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
  }
  /** Everything that is not plainly public is refused: private, loopback, link-local, multicast, tunnels, reserved. */
  function isReachable(address: string): boolean {
    return ipaddr.isValid(address) && (ipaddr.process(address).range() === 'unicast' || isAllowed(address));
  }

  return {
    refusal({ protocol, hostname, username, password }) {
      const literal = hostname.replace(/^\[|\]$/g, '');
      const isLiteral = ipaddr.isValid(literal);
      if (username !== '' || password !== '') return 'must not contain credentials';
      const mayBePlain = isLiteral ? isAllowed(literal) : allowed.length > 0;
      if (protocol !== 'https:' && !(protocol === 'http:' && mayBePlain)) return 'must begin with https://';
      if (isLiteral && !isReachable(literal)) return 'must lead to a public address';
      if (!isLiteral && (hostname === '' || !hostname.includes('.')) && allowed.length === 0)
        return 'must lead to a public address';
      return undefined;
    },

    lookup(name, options, callback) {
      resolve(name).then(
        (found) => {
          const bad = found.find(({ address }) => !isReachable(address));
          const [first] = found;
          if (bad !== undefined || first === undefined) {
            callback(new AddressRefusedError(`${name} does not lead to a public address`), '', 0);
          } else if (options.all) callback(null, found);
          else callback(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => callback(error, '', 0),
      );
    },
  };
}
