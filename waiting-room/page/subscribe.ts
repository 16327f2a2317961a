/** Subscribes a page's browser to web push. */
import { keepWish, putWish, subscriptionOf } from './push-wishes.ts';

/**
 * False where the browser has no web push, its push service does not answer, or the room does not take it: then the open page tells.
 * @param url of the wish, `…/notices`
 * @param worker address of the service worker
 * @param applicationServerKey VAPID, base64url
 */
export async function askByPush(url: string, worker: string, applicationServerKey: string): Promise<boolean> {
  if (!('serviceWorker' in navigator && 'PushManager' in window)) return false;
  try {
    const registration = await navigator.serviceWorker.register(worker);
    await isActive(registration);
    const isTaken = await putWish(url, await subscriptionOf(registration.pushManager, applicationServerKey));
    if (isTaken) await keepWish(url);
    return isTaken;
  } catch {
    return false;
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
