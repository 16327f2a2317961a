/**
 * The page's service worker: shows what the room pushes (5.8), brings the shopper back to the page, and tells the room when the
 * browser has got another subscription. It answers no request, so that no page depends on it.
 */
import { renewSubscriptions } from './push-wishes.ts';

/** As src/clients/push-notices.ts sends it. */
interface Told {
  readonly title: string;
  readonly text: string;
  /** The page of the drop; opens the place in this browser alone. */
  readonly link: string;
}

/** What of a service worker's global scope is used: the types of pages and workers cannot stand side by side. */
interface Scope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly OpenPage[]>;
    openWindow(url: string): Promise<unknown>;
  };
  addEventListener(type: 'push', heard: (event: PushEvent) => void): void;
  addEventListener(type: 'notificationclick', heard: (event: ClickEvent) => void): void;
  addEventListener(type: 'pushsubscriptionchange', heard: (event: LastingEvent) => void): void;
}

interface OpenPage {
  readonly url: string;
  focus(): Promise<unknown>;
}

interface LastingEvent extends Event {
  /** The browser keeps the worker until then. */
  waitUntil(done: Promise<unknown>): void;
}

interface PushEvent extends LastingEvent {
  readonly data: { json(): Told } | null;
}

interface ClickEvent extends LastingEvent {
  readonly notification: Notification;
}

const worker = self as unknown as Scope;

worker.addEventListener('push', (event) => {
  const told = event.data?.json();
  if (!told) return;
  // Of a link only the path: whatever was pushed, it leads to this room.
  const { pathname } = new URL(told.link);
  // One notice a drop: that the turn has come replaces that it will come.
  const notice = { body: told.text, tag: pathname, data: pathname };
  event.waitUntil(worker.registration.showNotification(told.title, notice));
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(comeBack(event.notification.data));
});

worker.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(renewSubscriptions(worker.registration.pushManager));
});

/** To the page where it is open, else to a new one. */
async function comeBack(path: string): Promise<unknown> {
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const open = windows.find(({ url }) => new URL(url).pathname === path);
  return open ? open.focus() : worker.clients.openWindow(path);
}
