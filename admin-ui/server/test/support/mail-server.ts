/** A real SMTP server that keeps what it is sent. */
import type { AddressInfo } from 'node:net';
import { waitUntil } from '@sluice/service-kit/testing';
import { SMTPServer } from 'smtp-server';

export interface MailServer {
  readonly url: string;
  /** How many have come. */
  readonly count: number;
  /** The next mail to that address that has not been asked for, decoded. */
  next(to: string): Promise<string>;
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const mails: { to: string; text: string; isRead: boolean }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString().replaceAll('=\r\n', '').replaceAll('=3D', '=');
        mails.push({ to: envelope.rcptTo[0]?.address ?? '', text, isRead: false });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    get count() {
      return mails.length;
    },
    async next(to) {
      const mail = await waitUntil(() => mails.find((one) => one.to === to && !one.isRead));
      mail.isRead = true;
      return mail.text;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
