/** The mail port by SMTP. */
import { createMailProvider } from '@sluice/service-kit';
import type { Mail } from './mail.ts';

/** @param options.url smtp:// or smtps://, with user and password where the server wants them */
export function createMailer(options: { url: string; from: string }): NonNullable<Mail> {
  const provider = createMailProvider(options);
  return ({ to, subject, text }) => provider.send({ by: 'mail', to }, { title: subject, text });
}
