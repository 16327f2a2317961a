/** The protected routes of room and checkout: how each takes a credential, and what it answers when it lets somebody in. */
import { randomUUID } from 'node:crypto';
import type { Site, WebAnswer, WebRequest } from '../web/site.ts';
import type { Credential, Material, Taken } from './forgeries.ts';

export interface Door {
  /** As the service's own description has it: method and path. */
  readonly route: string;
  readonly of: 'room' | 'checkout';
  readonly takes: Taken;
  /** What is behind it is one shopper's own. */
  readonly isVictims?: true;
  /** Undefined while what it needs (a reservation, an order) is not there. */
  readonly request: (
    material: Material,
    credential: Credential,
    turn: number,
  ) => Omit<WebRequest, 'address'> | undefined;
  /** True when the answer gives access. */
  readonly isOpen: (answer: WebAnswer) => boolean;
}

const granted = ({ status }: WebAnswer) => status >= 200 && status < 300;

/** A header can't hold everything; what can't even be sent is sent as far as it can. */
const headerSafe = (text: string) => text.replaceAll(/[^\x21-\x7e]/g, '');

/** As a header, and as the cookie a browser would bring, in turn. */
function asTicket({ drop }: Material, { value }: Credential, turn: number): Record<string, string> {
  return turn % 2 === 0
    ? { authorization: `Ticket ${headerSafe(value)}` }
    : { cookie: `wr_${drop}=${headerSafe(value)}` };
}

function asToken({ value, secret }: Credential): Record<string, string> {
  return {
    authorization: `Bearer ${headerSafe(value)}`,
    ...(secret !== undefined && { 'sluice-secret': headerSafe(secret) }),
  };
}

function asSession({ drop }: Material, credential: Credential, turn: number): Record<string, string> {
  if (turn % 3 === 0) return { authorization: `Session ${headerSafe(credential.value)}` };
  if (turn % 3 === 1) return { cookie: `co_session_${drop}=${headerSafe(credential.value)}` };
  return asToken(credential);
}

function ticketDoor(
  route: string,
  json?: (material: Material) => unknown,
  isOpen: Door['isOpen'] = granted,
): Door {
  const [method, path] = split(route);
  return {
    route,
    of: 'room',
    takes: 'ticket',
    request: (material, credential, turn) => ({
      method,
      path: path.replace('{drop}', material.drop),
      headers: asTicket(material, credential, turn),
      ...(json && { json: json(material) }),
    }),
    isOpen,
  };
}

function serviceDoor(route: string, json: (material: Material) => unknown): Door {
  const [method, path] = split(route);
  return {
    route,
    of: 'room',
    takes: 'service-token',
    request: (material, credential) => ({
      method,
      path: path.replace('{drop}', material.drop),
      headers: asToken(credential),
      json: json(material),
    }),
    isOpen: granted,
  };
}

function sessionDoor(
  route: string,
  {
    json,
    id,
    key,
  }: { readonly json?: unknown; readonly id?: 'reservation' | 'order'; readonly key?: true } = {},
): Door {
  const [method, path] = split(route);
  return {
    route,
    of: 'checkout',
    takes: 'session',
    ...(id && { isVictims: true }),
    request: (material, credential, turn) => {
      const named = id && material.victim[id];
      if (id && named === undefined) return undefined;
      return {
        method,
        path: path.replace('{drop}', material.drop).replace('{id}', named ?? ''),
        headers: {
          ...asSession(material, credential, turn),
          ...(key && { 'idempotency-key': randomUUID() }),
        },
        ...(json !== undefined && { json }),
      };
    },
    isOpen: granted,
  };
}

/** As payment providers sign what they tell. */
function signatures(value: string): Record<string, string> {
  const at = String(Math.floor(Date.now() / 1000));
  return {
    'stripe-signature': `t=${at},v1=${value}`,
    'webhook-id': randomUUID(),
    'webhook-timestamp': at,
    'webhook-signature': `v1,${value}`,
  };
}

const bindOf = ({ random }: Material) => random.text(32);

/** @param sku something that the drop sells */
export function doorsOf(sku: string): Door[] {
  return [
    ticketDoor('GET /v1/drops/{drop}/ticket'),
    ticketDoor('DELETE /v1/drops/{drop}/ticket'),
    ticketDoor('POST /v1/drops/{drop}/ticket/extension'),
    ticketDoor('GET /v1/drops/{drop}/draw/receipt'),
    ticketDoor('GET /v1/drops/{drop}/notices'),
    ticketDoor('PUT /v1/drops/{drop}/notices', () => ({ by: 'mail', to: 'mallory@forger.example' })),
    ticketDoor('DELETE /v1/drops/{drop}/notices'),
    {
      ...ticketDoor('GET /v1/drops/{drop}/stream'),
      request: (material, credential, turn) => ({
        method: 'GET',
        path: `/v1/drops/${material.drop}/stream`,
        headers: asTicket(material, credential, turn),
        headOnly: true,
      }),
      // Only a good ticket is told to poll instead.
      isOpen: ({ status, problem }) => status === 200 || problem === 'poll-instead',
    },
    ticketDoor('POST /v1/drops/{drop}/admission', (material) => ({ bind: bindOf(material) })),
    {
      // Anybody may join; only who is taken for the ticket's holder is answered 200. A broken cookie counts as none.
      ...ticketDoor('POST /v1/drops/{drop}/tickets', undefined, ({ status }) => status === 200),
      request: (material, credential) => ({
        method: 'POST',
        path: `/v1/drops/${material.drop}/tickets`,
        headers: asTicket(material, credential, 0),
      }),
    },
    ticketDoor('GET /w/{drop}/place', undefined, ({ status }) => status === 200),
    {
      ...ticketDoor('POST /w/{drop}/admission'),
      request: (material, credential, turn) => ({
        method: 'POST',
        path: `/w/${material.drop}/admission`,
        headers: asTicket(material, credential, turn),
        form: { bind: bindOf(material) },
      }),
      // Who has no ticket is sent to the door, who has one to the place.
      isOpen: ({ status, location }) => status === 200 || location.includes('/place'),
    },
    ticketDoor('GET /w/{drop}/leave', undefined, ({ status }) => status === 200),
    ticketDoor('POST /w/{drop}/leave', undefined, ({ status }) => status === 200),
    // Who has a ticket is sent to its place, whatever has become of the turn.
    ticketDoor('POST /w/{drop}/extension', undefined, ({ location }) => location.includes('/place')),
    serviceDoor('POST /v1/drops/{drop}/sessions/ended', ({ victim }) => ({
      sessions: [{ jti: victim.number, reason: 'revoked' }],
    })),
    serviceDoor('POST /v1/drops/{drop}/capacity', () => ({
      seq: Number.MAX_SAFE_INTEGER - 1,
      at: new Date(0).toISOString(),
      sellable: 1_000_000,
      held: 0,
      inside: 0,
      insideWithoutHold: 0,
      opened: [],
    })),
    serviceDoor('POST /v1/drops/{drop}/leases', ({ random }) => ({
      gate: random.text(16),
      batch: random.text(16),
      want: 100,
      held: [],
      spent: [],
      returned: [],
    })),
    serviceDoor('PUT /v1/drops/{drop}/products', () => ({
      currency: 'EUR',
      products: [{ sku, name: 'Forged', priceMinor: 1, available: 1_000_000 }],
    })),
    {
      route: 'POST /v1/drops/{drop}/session',
      of: 'checkout',
      takes: 'token',
      request: ({ drop }, credential) => ({
        method: 'POST',
        path: `/v1/drops/${drop}/session`,
        headers: asToken(credential),
      }),
      isOpen: granted,
    },
    sessionDoor('DELETE /v1/drops/{drop}/session'),
    sessionDoor('POST /v1/reservations', { json: { lines: [{ sku, quantity: 1 }] }, key: true }),
    sessionDoor('GET /v1/reservations/{id}', { id: 'reservation' }),
    sessionDoor('POST /v1/reservations/{id}/extension', { id: 'reservation' }),
    sessionDoor('POST /v1/reservations/{id}/payment', { id: 'reservation', json: { method: 'sandbox:ok' } }),
    sessionDoor('DELETE /v1/reservations/{id}', { id: 'reservation' }),
    sessionDoor('GET /v1/orders/{id}', { id: 'order' }),
    {
      route: 'POST /v1/webhooks/{provider}',
      of: 'checkout',
      takes: 'signature',
      request: ({ victim }, { value }, turn) => ({
        method: 'POST',
        path: `/v1/webhooks/${turn % 2 === 0 ? 'sandbox' : 'stripe'}`,
        headers: signatures(headerSafe(value)),
        json: { id: randomUUID(), type: 'charge.captured', data: { reference: victim.reservation } },
      }),
      isOpen: granted,
    },
  ];
}

/** Routes that are there for everybody; anything else a service describes must be a door. */
const OPEN_TO_ALL = new Set([
  'GET /livez',
  'GET /readyz',
  'GET /.well-known/jwks.json',
  'GET /v1/drops/{drop}/pulse',
  'GET /v1/drops/{drop}/products',
  'GET /v1/drops/{drop}/revocations',
  'GET /v1/drops/{drop}/draw',
  'GET /v1/drops/{drop}/draw/roster',
  'GET /v1/drops/{drop}/draw/roster/{page}',
  'GET /v1/drops/{drop}/draw/late',
  'GET /verify-draw.mjs',
  'GET /w/-/{file}',
  'GET /w/-/logo/{file}',
  'GET /w/{drop}',
  'POST /w/{drop}',
  'POST /w/{drop}/join',
]);

/** What the running services' own descriptions name that is neither open to all nor a door. */
export async function findUnattacked(
  doors: readonly Door[],
  sites: Record<Door['of'], Site>,
): Promise<string[]> {
  const unattacked: string[] = [];
  for (const of of Object.keys(sites) as Door['of'][]) {
    const { body } = await sites[of].ask({ method: 'GET', path: '/openapi.json', address: '192.0.2.1' });
    if (body.paths === undefined) unattacked.push(`${of}: its description could not be read`);
    unattacked.push(...unattackedRoutes(doors, of, body));
  }
  return unattacked;
}

/** @param description an OpenAPI document */
export function unattackedRoutes(
  doors: readonly Door[],
  of: Door['of'],
  description: { readonly paths?: unknown },
): string[] {
  const known = new Set(doors.filter((door) => door.of === of).map(({ route }) => route));
  return Object.entries((description.paths ?? {}) as Record<string, object>)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .filter((route) => !known.has(route) && !OPEN_TO_ALL.has(route))
    .map((route) => `${of}: ${route}`);
}

function split(route: string): [method: WebRequest['method'], path: string] {
  const at = route.indexOf(' ');
  return [route.slice(0, at) as WebRequest['method'], route.slice(at + 1)];
}
