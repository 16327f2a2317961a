/** Where attackers find what they copy: a few shoppers let them look at each thing before they use it themselves. */

/** Everything a shopper has at some moment. */
export interface Belongings {
  readonly ticket: string;
  readonly number: string;
  readonly token: string;
  readonly secret: string;
  readonly address: string;
  /** Credential and id of the checkout session. */
  readonly session?: string;
  readonly sessionId?: string;
  readonly reservation?: string;
  readonly order?: string;
}

export type Moment =
  /** The token is granted, no session opened with it yet. */
  | 'admitted'
  /** Session and hold are there, nothing is paid. */
  | 'holding'
  /** Paid. */
  | 'bought';

/** Resolves when the shopper may go on. */
export type Meeting = (moment: Moment, belongings: Belongings) => Promise<void>;
