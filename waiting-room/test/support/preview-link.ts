/** Preview links and staff passes as the control plane signs them (admin-ui/server/src/domain/signed-links.ts). */
import { createHmac, hkdfSync } from 'node:crypto';
import { SERVICE_TOKEN } from './room.ts';

export interface LinkSetup {
  readonly origin?: string;
  readonly inSeconds?: number;
  readonly serviceToken?: string;
}

export function previewLink(drop: string, setup: LinkSetup = {}): string {
  const { origin = 'https://admin.example' } = setup;
  return signed('sluice preview link', { drop, origin }, setup);
}

export const staffPass = (drop: string, setup: LinkSetup = {}): string =>
  signed('sluice staff pass', { drop }, setup);

function signed(
  kind: string,
  claims: object,
  { inSeconds = 3600, serviceToken = SERVICE_TOKEN }: LinkSetup,
): string {
  const key = Buffer.from(hkdfSync('sha256', serviceToken, '', kind, 32));
  const exp = Math.floor(Date.now() / 1000) + inSeconds;
  const payload = Buffer.from(JSON.stringify({ ...claims, exp })).toString('base64url');
  return `${payload}.${createHmac('sha256', key).update(payload).digest('base64url')}`;
}
