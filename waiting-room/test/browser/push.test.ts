/**
 * 5.8 in a real browser: a page subscribes to web push by a click, its service worker shows what is pushed and leads back, and
 * the link is a place in the ticket's browser alone. No test can reach a browser vendor's push service: one of our own gives the
 * subscription and decrypts what the room posts to it (RFC 8291); the browser then delivers exactly that to the worker.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import webPush from 'web-push';
import { dropKeys } from '../../src/queue/keys.ts';
import { createDrop, tune } from '../support/drop.ts';
import { type PushService, startPushService } from '../support/push-service.ts';
import { setStage } from './support/stage.ts';

const stage = setStage();
const vapid = webPush.generateVAPIDKeys();
const folder = mkdtempSync(join(tmpdir(), 'vapid-'));
const keysFile = join(folder, 'vapid.json');
let service: PushService;
beforeAll(async () => {
  service = await startPushService();
  writeFileSync(keysFile, JSON.stringify({ ...vapid, subject: 'mailto:shop@example.com' }));
});
afterAll(async () => {
  await service?.close();
  rmSync(folder, { recursive: true });
});

/** The browser's own subscribing would ask its vendor; what it is asked for is kept. */
async function subscribeLocally(page: Page): Promise<void> {
  const { endpoint, p256dh, auth } = service.subscribe();
  await page.evaluate(
    (keys) => {
      PushManager.prototype.subscribe = async (options) => {
        Object.assign(window, { asked: options });
        return { toJSON: () => ({ endpoint: keys.endpoint, keys }) } as unknown as PushSubscription;
      };
    },
    { endpoint, p256dh, auth },
  );
}

/** Hands a message to the page's service worker as a push service's arrival does. */
async function deliver(session: CDPSession, origin: string, registrationId: string, message: object) {
  await session.send('ServiceWorker.deliverPushMessage', {
    origin,
    registrationId,
    data: JSON.stringify(message),
  });
}

async function askInBrowser(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Tell me when it is my turn' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'In this browser' }).click();
}

const referenceIn = async (context: BrowserContext, url: string): Promise<string> => {
  const page = await context.newPage();
  await page.goto(url);
  await waitUntil(async () => (await page.textContent('#reference')) !== '', { timeoutMs: 30_000 });
  return (await page.textContent('#reference')) ?? '';
};

test('web push: asked for by a click, encrypted for this browser, shown by the worker; its link is the place here, and nobody’s elsewhere', async () => {
  await stage.open({ PUSH_KEYS_FILE: keysFile, PUSH_ORIGINS: service.origin });
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  const visitor = await stage.arrive(drop, { permissions: ['notifications'] });
  await waitUntil(async () => (await visitor.text('figure')) === '1');
  const { page } = visitor;
  const session = await page.context().newCDPSession(page);
  const registrations: string[] = [];
  session.on('ServiceWorker.workerRegistrationUpdated', (event) => {
    registrations.push(...event.registrations.map(({ registrationId }) => registrationId));
  });
  await session.send('ServiceWorker.enable');
  expect(page.context().serviceWorkers()).toEqual([]);
  await subscribeLocally(page);
  await askInBrowser(page);
  await page.getByText('Done. You will be told.').waitFor();
  const { userVisibleOnly, applicationServerKey } = await page.evaluate(
    () => (window as unknown as { asked: PushSubscriptionOptionsInit }).asked,
  );
  expect([userVisibleOnly, applicationServerKey]).toEqual([true, vapid.publicKey]);
  expect(await stage.redis.hlen(dropKeys(drop).notices)).toBe(1);

  // The turn comes while nobody looks: the push tells, the open page does not tell a second time.
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByLabel('Ask me before moving on').check();
  await tune(stage.redis, drop, { rate_per_minute: 6000 });
  const pushed = await waitUntil(
    () => service.pushed.find(({ message }) => message.title.startsWith('It is your turn')) ?? null,
  );
  await visitor.sees('turn');
  expect(pushed.message).toMatchObject({ title: 'It is your turn · A drop' });
  const worker = await waitUntil(() => page.context().serviceWorkers()[0] ?? null);
  expect(new URL(worker.url()).pathname).toMatch(/^\/w\/-\/worker-[\w-]+\.js$/);
  const origin = new URL(page.url()).origin;
  await deliver(session, origin, await waitUntil(() => registrations[0]), pushed.message);
  const shown = () =>
    worker.evaluate(async () => {
      const { registration } = self as unknown as { registration: ServiceWorkerRegistration };
      const notices = await registration.getNotifications();
      return notices.map(({ title, body, data }) => ({ title, body, data }));
    });
  const [notice] = await waitUntil(async () => ((await shown()).length > 0 ? shown() : null));
  expect(notice).toMatchObject({ title: 'It is your turn · A drop', data: `/w/${drop}` });

  // A click focuses the page where it is open, and else opens it.
  const opened = async () =>
    worker.evaluate(async () => {
      const scope = self as unknown as {
        registration: ServiceWorkerRegistration;
        clients: { openWindow: (url: string) => Promise<null>; matchAll(o: object): Promise<object[]> };
      };
      const told: string[] = [];
      scope.clients.openWindow = async (url) => {
        told.push(`opens ${url}`);
        return null;
      };
      const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
      if (windows[0])
        Object.assign(Object.getPrototypeOf(windows[0]), { focus: async () => told.push('focuses') });
      const [notification] = await scope.registration.getNotifications();
      // One that no finger made: it asks the worker to last as a real one does.
      let done: unknown;
      const waitUntil = (lasting: Promise<unknown>) => {
        done = lasting;
      };
      self.dispatchEvent(Object.assign(new Event('notificationclick'), { notification, waitUntil }));
      await done;
      return [...told, `${(await scope.registration.getNotifications()).length} left`];
    });
  expect(await opened()).toEqual(['focuses', '0 left']);

  const link = `${origin}${notice?.data}`;
  const reference = await visitor.text('reference');
  expect(await referenceIn(page.context(), link)).toBe(reference);
  const stranger = await stage.arrive(drop);
  expect(await referenceIn(stranger.page.context(), link)).not.toBe(reference);
  expect(visitor.faults).toEqual([]);
});

test('5.8: a browser that replaces its subscription, with no page open, is told by the new one; once its turn was told it asks for nothing', async () => {
  await stage.open({ PUSH_KEYS_FILE: keysFile, PUSH_ORIGINS: service.origin });
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  const visitor = await stage.arrive(drop, { permissions: ['notifications'] });
  await waitUntil(async () => (await visitor.text('figure')) === '1');
  const { page } = visitor;
  await subscribeLocally(page);
  await askInBrowser(page);
  await page.getByText('Done. You will be told.').waitFor();
  const { notices } = dropKeys(drop);
  const endpointOf = async () => {
    const [wish = '{}'] = Object.values(await stage.redis.hgetall(notices));
    return JSON.parse(wish).address?.endpoint;
  };
  const before = await endpointOf();
  const worker = await waitUntil(() => page.context().serviceWorkers()[0] ?? null);
  await page.goto('about:blank');
  /** What the browser does when its push service has given it another subscription. */
  const replace = () =>
    worker.evaluate(async ({ endpoint, p256dh, auth }) => {
      const asked: unknown[] = [];
      PushManager.prototype.subscribe = async (options) => {
        asked.push(options?.applicationServerKey);
        return { toJSON: () => ({ endpoint, keys: { p256dh, auth } }) } as unknown as PushSubscription;
      };
      let done: unknown;
      const lasting = (until: Promise<unknown>) => {
        done = until;
      };
      self.dispatchEvent(Object.assign(new Event('pushsubscriptionchange'), { waitUntil: lasting }));
      await done;
      const kept = await (await caches.open('push-wishes')).keys();
      return { asked, kept: kept.length };
    }, service.subscribe());
  expect(await replace()).toEqual({ asked: [vapid.publicKey], kept: 1 });
  const after = await endpointOf();
  expect(after).not.toBe(before);
  expect(new URL(after).origin).toBe(service.origin);
  const told = service.pushed.length;
  await tune(stage.redis, drop, { rate_per_minute: 6000 });
  await waitUntil(() =>
    service.pushed.slice(told).some(({ message }) => message.title.startsWith('It is your turn')),
  );
  await waitUntil(async () => (await stage.redis.exists(notices)) === 0);
  expect(await replace()).toEqual({ asked: [], kept: 0 });
  expect(await stage.redis.exists(notices)).toBe(0);
  expect(visitor.faults).toEqual([]);
});

test('where the browser’s push service does not answer, the page tells for as long as it is open, and says so', async () => {
  await stage.open({ PUSH_KEYS_FILE: keysFile, PUSH_ORIGINS: service.origin });
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  const visitor = await stage.arrive(drop, { permissions: ['notifications'] });
  await waitUntil(async () => (await visitor.text('figure')) === '1');
  await visitor.page.evaluate(() => {
    PushManager.prototype.subscribe = () => Promise.reject(new DOMException('no service', 'AbortError'));
  });
  await askInBrowser(visitor.page);
  await visitor.page.getByText('You will be told as long as this page stays open.').waitFor();
  expect(await stage.redis.exists(dropKeys(drop).notices)).toBe(0);
  expect(visitor.faults).toEqual([]);
});
