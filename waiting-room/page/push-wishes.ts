/**
 * Where this browser has asked to be told by web push, and with which subscription. The addresses of the wishes are kept where a
 * service worker finds them: a browser may replace a subscription at any time (`pushsubscriptionchange`), with no page open.
 */

/** A cache, because it is the one store that pages and workers share and that needs no more code than this; nothing is served from it. */
const WISHES = 'push-wishes';

/** Notes that `url` (`…/notices` of a drop) was asked for by push. */
export async function keepWish(url: string): Promise<void> {
  await (await caches.open(WISHES)).put(url, new Response());
}

/**
 * The browser's subscription, as `PUT …/notices` takes it.
 * @param applicationServerKey VAPID, base64url
 * @throws DOMException when its push service does not answer, or the shopper does not allow it
 */
export async function subscriptionOf(
  pushManager: PushManager,
  applicationServerKey: string,
): Promise<object> {
  const options = { userVisibleOnly: true, applicationServerKey };
  const subscription = await pushManager.subscribe(options).catch(async (error: unknown) => {
    if (!isOfOtherKeys(error)) throw error;
    await (await pushManager.getSubscription())?.unsubscribe();
    return pushManager.subscribe(options);
  });
  const { endpoint, keys } = subscription.toJSON();
  return { by: 'push', endpoint, p256dh: keys?.p256dh, auth: keys?.auth };
}

/** A subscription made with keys that the installation no longer has is worth nothing, and in the way of a new one. */
const isOfOtherKeys = (error: unknown) =>
  (error as Partial<DOMException> | null)?.name === 'InvalidStateError';

/** @returns whether the room has taken it */
export async function putWish(url: string, subscription: object): Promise<boolean> {
  const { ok } = await fetch(url, {
    method: 'PUT',
    body: JSON.stringify(subscription),
    headers: { 'content-type': 'application/json' },
  });
  return ok;
}

/** Each place that still waits to be told gets the browser's new subscription instead of the one before. */
export async function renewSubscriptions(pushManager: PushManager): Promise<void> {
  const kept = await caches.open(WISHES);
  for (const { url } of await kept.keys()) {
    const answer = await fetch(url);
    const { asked, pushKey } = answer.ok ? await answer.json() : { asked: false, pushKey: null };
    const isWanted = asked && pushKey && (await putWish(url, await subscriptionOf(pushManager, pushKey)));
    // Told, left, ended, or another shopper's by now: nothing to keep. A room that is away may be there the next time.
    if (!isWanted && answer.status < 500) await kept.delete(url);
  }
}
