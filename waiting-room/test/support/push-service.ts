/** A push service and a browser that subscribed to it: takes what is posted, checks who posts, and decrypts it (RFC 8291). */
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Pushed {
  readonly headers: Readonly<Record<string, string | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests read messages whose shape is what they check
  readonly message: any;
}

export interface PushService {
  readonly origin: string;
  readonly pushed: Pushed[];
  /** As a page sends it. */
  subscribe(): { by: 'push'; endpoint: string; p256dh: string; auth: string };
  close(): Promise<void>;
}

export async function startPushService(): Promise<PushService> {
  const pushed: Pushed[] = [];
  const browsers = new Map<string, (body: Buffer) => string>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const decrypt = browsers.get(request.url ?? '');
    if (!decrypt) return response.writeHead(410).end();
    pushed.push({
      headers: request.headers as Pushed['headers'],
      message: JSON.parse(decrypt(Buffer.concat(chunks))),
    });
    return response.writeHead(201).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    pushed,
    subscribe() {
      const path = `/push/${randomBytes(8).toString('hex')}`;
      const ecdh = createECDH('prime256v1');
      const own = ecdh.generateKeys();
      const auth = randomBytes(16);
      browsers.set(path, (body) => {
        const [salt, sender, sealed] = [body.subarray(0, 16), body.subarray(21, 86), body.subarray(86)];
        const derive = (key: Buffer, salted: Buffer, info: Buffer, length: number) =>
          Buffer.from(hkdfSync('sha256', key, salted, info, length));
        const secret = derive(
          ecdh.computeSecret(sender),
          auth,
          Buffer.concat([Buffer.from('WebPush: info\0'), own, sender]),
          32,
        );
        const key = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
        const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
        const cipher = createDecipheriv('aes-128-gcm', key, nonce);
        cipher.setAuthTag(sealed.subarray(-16));
        const text = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
        return text.subarray(0, text.lastIndexOf(2)).toString();
      });
      return {
        by: 'push',
        endpoint: origin + path,
        p256dh: own.toString('base64url'),
        auth: auth.toString('base64url'),
      };
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
