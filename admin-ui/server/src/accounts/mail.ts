/** The mail port: what is sent to people. Without a mailer links are told to whoever asked for them, once. */

export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Null: there is no mailer. */
export type Mail = ((message: Message) => Promise<void>) | null;
