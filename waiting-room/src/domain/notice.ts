/**
 * What a shopper may be told while the page is not before their eyes, and where (5.8): which addresses may be written to. The ways
 * of telling implement the kit's `NotificationProvider`. Pure.
 */

/** In the order in which they come; each at most once to a place, however often it asks. */
export const NOTICE_KINDS = ['soon', 'turn'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** A subscription of a browser (Push API). */
export interface PushAddress {
  readonly by: 'push';
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

export type NoticeAddress = { readonly by: 'mail'; readonly to: string } | PushAddress;

/** Who asked to be told: where, and in which language of the page. */
export interface NoticeWish {
  readonly address: NoticeAddress;
  readonly lang: string;
}

export interface Notice {
  readonly title: string;
  readonly text: string;
  /** The page of the drop, and nothing that opens a place: that is in the browser which took it. */
  readonly link: string;
  /** Seconds after which it is worth nothing. */
  readonly worthSeconds: number;
}

/** Of all browsers that there are; an installation may know others. */
const PUSH_HOSTS = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  'web.push.apple.com',
  '*.notify.windows.com',
];

/**
 * Whether a subscription's endpoint is a push service's. A shopper states it and the room posts to it: anything else would let them
 * make the room post wherever they like.
 * @param others origins of further services, as `https://push.example`; the only ones that may be http or have a port
 */
export function isPushEndpoint(endpoint: string, others: readonly string[] = []): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, origin, hostname, port, username, password } = new URL(endpoint);
  if (username || password) return false;
  if (others.includes(origin)) return true;
  if (protocol !== 'https:' || port !== '') return false;
  return PUSH_HOSTS.some((host) =>
    host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host,
  );
}

/** Of a rank map's orders the one that so many stand before; -1 for an empty map. */
export function orderAtRank(
  rank: number,
  { ranks, orders }: { readonly ranks: readonly number[]; readonly orders: readonly number[] },
): number {
  const at = ranks.findLastIndex((one) => one <= rank);
  return orders[at] ?? -1;
}
