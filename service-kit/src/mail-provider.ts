/** Telling by e-mail, over SMTP. */
import { createTransport } from 'nodemailer';
import type { MailAddress, NotificationProvider } from './notification-provider.ts';

const TIMEOUT_MS = 5000;

/**
 * @param options.url smtp:// or smtps://, with user and password where the server wants them
 * @param options.from the sender, as `Shop <shop@example.com>`
 */
export function createMailProvider({
  url,
  from,
}: {
  readonly url: string;
  readonly from: string;
}): NotificationProvider<MailAddress> {
  const transport = createTransport({
    url,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  const host = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'localhost';
  return {
    by: 'mail',
    async send({ to }, { title, text, link, id }) {
      await transport.sendMail({
        from,
        // As one address: what stands in it is never read as a list.
        to: { name: '', address: to },
        subject: title,
        text: link === undefined ? `${text}\n` : `${text}\n\n${link}\n`,
        ...(id !== undefined && { messageId: `<${id}@${host}>` }),
        // No machine answers it, and it is nobody's fault when it comes to nobody.
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    },
  };
}
