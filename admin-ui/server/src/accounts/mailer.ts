/** The mail port by SMTP. */
import { createTransport } from 'nodemailer';
import type { Mail } from './mail.ts';

/** Whoever invites somebody waits for it. */
const TIMEOUT_MS = 5000;

/** @param options.url smtp:// or smtps://, with user and password where the server wants them */
export function createMailer({ url, from }: { url: string; from: string }): NonNullable<Mail> {
  const transport = createTransport({
    url,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  return async (message) => {
    await transport.sendMail({ from, ...message });
  };
}
