/** A browser's push subscription for this installation, as `PUT …/notices` takes it. */

/** A subscription made with keys that the installation no longer has is worth nothing, and in the way of a new one. */
const ofOtherKeys = (error: unknown) => (error as Partial<DOMException> | null)?.name === 'InvalidStateError';

/**
 * Null where the browser has no web push, or its push service does not answer: then the open page tells.
 * @param worker address of the service worker
 * @param applicationServerKey VAPID, base64url
 */
export async function subscribe(worker: string, applicationServerKey: string): Promise<object | null> {
  if (!('serviceWorker' in navigator && 'PushManager' in window)) return null;
  try {
    const registration = await navigator.serviceWorker.register(worker);
    await isActive(registration);
    const { pushManager } = registration;
    const options = { userVisibleOnly: true, applicationServerKey };
    const subscription = await pushManager.subscribe(options).catch(async (error: unknown) => {
      if (!ofOtherKeys(error)) throw error;
      await (await pushManager.getSubscription())?.unsubscribe();
      return pushManager.subscribe(options);
    });
    const { endpoint, keys } = subscription.toJSON();
    return { by: 'push', endpoint, p256dh: keys?.p256dh, auth: keys?.auth };
  } catch {
    return null;
  }
}

/** `serviceWorker.ready` waits for one that controls this page, which this one never does. */
function isActive({ active, waiting, installing }: ServiceWorkerRegistration): Promise<void> {
  const coming = installing ?? waiting;
  if (active || !coming) return Promise.resolve();
  return new Promise((resolve) => {
    coming.addEventListener('statechange', () => coming.state === 'activated' && resolve());
  });
}
