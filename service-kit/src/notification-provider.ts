/** The port by which people are told something outside of a page, whatever it is about: ways of telling implement it. */

/** One e-mail address. */
export interface MailAddress {
  readonly by: 'mail';
  readonly to: string;
}

export interface Notification {
  /** One line. */
  readonly title: string;
  /** Plain text. */
  readonly text: string;
  /** Where it leads. */
  readonly link?: string;
  /** Seconds after which it is worth nothing; absent: it never is. */
  readonly worthSeconds?: number;
  /** Whatever is sent twice under one id is shown once, where the way of telling can do that. Of `[A-Za-z0-9-]`. */
  readonly id?: string;
}

/** One way of telling somebody. */
export interface NotificationProvider<Address extends { readonly by: string } = { readonly by: string }> {
  readonly by: Address['by'];
  /** Sends once; the caller says whether it is tried again. @throws Error when it could not be handed over within seconds */
  send(address: Address, notification: Notification): Promise<void>;
}
