/** A real SMTP server that keeps what it is sent. */
import type { AddressInfo } from 'node:net';
import { waitUntil } from './wait-until.ts';

export interface KeptMail {
  readonly to: string;
  /** Head and body, decoded. */
  readonly text: string;
}

export interface MailServer {
  readonly url: string;
  readonly mails: readonly KeptMail[];
  /** The next mail to that address that has not been asked for. */
  next(to: string): Promise<KeptMail>;
  /** Takes none of the next so many: each is told to come back later. */
  refuse(count: number): void;
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  // Few tests want it, and all load this folder.
  const { SMTPServer } = await import('smtp-server');
  const mails: KeptMail[] = [];
  const asked = new Set<KeptMail>();
  let refusals = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refusals-- > 0) return done(new Error('come back later'));
        const text = Buffer.concat(chunks).toString().replaceAll('=\r\n', '').replaceAll('=3D', '=');
        mails.push({ to: envelope.rcptTo.map(({ address }) => address).join(), text });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    async next(to) {
      const mail = await waitUntil(() => mails.find((one) => one.to === to && !asked.has(one)));
      asked.add(mail);
      return mail;
    },
    refuse(count) {
      refusals = count;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
