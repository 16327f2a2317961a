/** Telling by e-mail, over SMTP. */
import { createTransport } from 'nodemailer';
import type { NotificationProvider } from '../domain/notice.ts';

const TIMEOUT_MS = 5000;

/** @param options.url smtp:// or smtps://, with user and password where the server wants them */
export function createMailNotices({
  url,
  from,
}: {
  readonly url: string;
  readonly from: string;
}): NotificationProvider {
  const transport = createTransport({
    url,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  return {
    by: 'mail',
    async send(address, { title, text, link }) {
      if (address.by !== 'mail') throw new Error('not an e-mail address');
      await transport.sendMail({
        from,
        // As one address: what stands in it is never read as a list.
        to: { name: '', address: address.to },
        subject: title,
        text: `${text}\n\n${link}\n`,
        // No machine answers it, and it is nobody's fault when it comes to nobody.
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    },
  };
}
