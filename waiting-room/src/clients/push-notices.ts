/** Telling by web push (RFC 8030): encrypted for the browser that subscribed, signed with the installation's VAPID keys. */
import type { NotificationProvider } from '@sluice/service-kit';
import webPush from 'web-push';
import type { VapidKeys } from '../config.ts';
import { isPushEndpoint, type PushAddress } from '../domain/notice.ts';

const TIMEOUT_MS = 5000;
/** Of what is worth something for good: a push service keeps nothing for ever. */
const TTL_SECONDS = 86_400;

/** @param others origins of push services beside the known ones */
export function createPushNotices(
  vapid: VapidKeys,
  others: readonly string[],
): NotificationProvider<PushAddress> {
  return {
    by: 'push',
    async send(address, { title, text, link, worthSeconds }) {
      const { endpoint, p256dh, auth } = address;
      // Looked at when it was asked for, too; what is stored may be older than the list.
      if (!isPushEndpoint(endpoint, others)) throw new Error('not the endpoint of a push service');
      const { headers, body } = webPush.generateRequestDetails(
        { endpoint, keys: { p256dh, auth } },
        JSON.stringify({ title, text, link }),
        {
          vapidDetails: vapid,
          TTL: worthSeconds ?? TTL_SECONDS,
          urgency: 'high',
          contentEncoding: 'aes128gcm',
        },
      );
      const { 'Content-Length': _, ...sent } = headers as Record<string, string>;
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: sent,
        body: new Uint8Array(body),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the push service answered ${response.status}`);
    },
  };
}
