/** Preview links as the control plane signs them (admin-ui/server/src/domain/preview-links.ts). */
import { createHmac, hkdfSync } from 'node:crypto';
import { SERVICE_TOKEN } from './room.ts';

export interface LinkSetup {
  readonly origin?: string;
  readonly inSeconds?: number;
  readonly serviceToken?: string;
}

export function previewLink(drop: string, setup: LinkSetup = {}): string {
  const { origin = 'https://admin.example', inSeconds = 3600, serviceToken = SERVICE_TOKEN } = setup;
  const key = Buffer.from(hkdfSync('sha256', serviceToken, '', 'sluice preview link', 32));
  const exp = Math.floor(Date.now() / 1000) + inSeconds;
  const payload = Buffer.from(JSON.stringify({ drop, origin, exp })).toString('base64url');
  return `${payload}.${createHmac('sha256', key).update(payload).digest('base64url')}`;
}
