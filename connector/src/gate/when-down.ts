/**
 * What a gate does with shoppers while the room can't be asked (5.12), drop by drop: `closed` sends them to the room all the
 * same, `open` lets page visits through without an admission, `metered` spends entries on lease. The checkout makes no
 * exception in any of them: it sells to admissions only.
 */
import { randomBytes } from 'node:crypto';
import { type CookieNames, cookieNames, readCookie, setCookie } from '../cookies.ts';
import type { ConnectorDecision } from '../create-connector.ts';
import { createSecret } from '../create-secret.ts';
import { isPageVisit } from '../refusals.ts';
import { sameOriginPath } from '../return-path.ts';
import { DIGEST } from '../words.ts';
import type { GateCounts } from './gate-counts.ts';
import { createLeases, type Leases } from './leases.ts';
import { roomAwayPage } from './room-away-page.ts';
import { createRoomWatch, type RoomWatch } from './room-watch.ts';

export type WhenDown = 'open' | 'metered';

export interface WhenDownOptions {
  /** Drops that are not `closed`. */
  readonly drops: ReadonlyMap<string, WhenDown>;
  /** The room as this process reaches it. */
  readonly room: string;
  /** The shop's public origin. */
  readonly shop: string;
  /** Needed by `metered` only. */
  readonly serviceToken: string;
  readonly counts: GateCounts;
  /** One line for each event. */
  readonly log: (event: Readonly<Record<string, unknown>>) => void;
}

export interface DownPolicy {
  /** True when a refused request is let through to its page (`open`). */
  passes(request: Request, decision: ConnectorDecision): boolean;
  /** What a refused request is answered instead; null: what the connector said. */
  answer(request: Request, decision: ConnectorDecision): Response | null;
  start(): void;
  close(): Promise<void>;
}

/** The longest that a token lives. */
const TOKEN_COOKIE_SECONDS = 3600;

export function createDownPolicy({
  drops,
  room,
  shop,
  serviceToken,
  counts,
  log,
}: WhenDownOptions): DownPolicy {
  const isSecure = shop.startsWith('https:');
  const names = cookieNames(isSecure);
  const watches = new Map<string, RoomWatch>();
  const leases = new Map<string, Leases>();
  const gate = randomBytes(18).toString('base64url');
  const onRoom = (state: 'up' | 'down', drop: string) =>
    log({ event: `room-${state}`, drop, policy: drops.get(drop) });
  for (const [drop, policy] of drops) {
    if (policy === 'open') watches.set(drop, createRoomWatch({ room, drop, onRoom }));
    else leases.set(drop, createLeases({ room, drop, serviceToken, gate, onRoom }));
  }
  counts.watch(() =>
    [...drops].map(([drop, policy]) => ({
      drop,
      policy,
      isDown: (watches.get(drop) ?? leases.get(drop))?.roomIsDown === true,
      held: leases.get(drop)?.held ?? 0,
    })),
  );

  return {
    passes(request, decision) {
      const drop = refusedPage(request, decision);
      if (drop === null || watches.get(drop)?.roomIsDown !== true) return false;
      counts.passedWithout(drop);
      // Who was let in without an admission: which page, never who.
      log({ event: 'passed-without-admission', drop, path: new URL(request.url).pathname });
      return true;
    },
    answer(request, decision) {
      const drop = refusedPage(request, decision);
      const lease = drop === null ? undefined : leases.get(drop);
      if (drop === null || !lease?.roomIsDown) return null;
      const known = readCookie(request.headers.get('cookie'), names.secret(drop));
      const isKnown = known !== null && DIGEST.test(known);
      const entry = isKnown ? lease.take() : null;
      if (entry === null) return roomAwayPage(names.secret(drop), isKnown ? null : createSecret(), isSecure);
      counts.metered(drop);
      log({ event: 'lease-spent', drop, number: entry.number });
      return admitted(request, entry, names, drop, isSecure);
    },
    start() {
      for (const watch of [...watches.values(), ...leases.values()]) watch.start();
    },
    async close() {
      await Promise.all([...watches.values(), ...leases.values()].map((watch) => watch.close()));
    },
  };
}

/** The drop of a page visit that was refused for want of an admission; null for everything else. */
function refusedPage(request: Request, decision: ConnectorDecision): string | null {
  if (decision.kind !== 'answer' || decision.refused === undefined) return null;
  const { drop, reason } = decision.refused;
  // A form that was sent twice, an API call, and whoever was turned out.
  if (request.method !== 'GET' && request.method !== 'HEAD') return null;
  return isPageVisit(request) && reason !== 'revoked' ? drop : null;
}

/** The same page again, with the entry's cookies. */
function admitted(
  request: Request,
  entry: { readonly token: string; readonly secret: string },
  names: CookieNames,
  drop: string,
  isSecure: boolean,
): Response {
  const { pathname, search } = new URL(request.url);
  const headers = new Headers({
    location: sameOriginPath(pathname + search) ?? '/',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  });
  headers.append('set-cookie', setCookie(names.secret(drop), entry.secret, TOKEN_COOKIE_SECONDS, isSecure));
  headers.append('set-cookie', setCookie(names.token(drop), entry.token, TOKEN_COOKIE_SECONDS, isSecure));
  return new Response(null, { status: 302, headers });
}
