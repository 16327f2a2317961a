/** What a bench and its receiver of event streams say to each other. */

export type ReceiverOrder =
  /** Opens one stream for each request text and waits for the first event of each. */
  | { readonly kind: 'open'; readonly port: number; readonly requests: readonly string[] }
  /** Tells of all events since the last order. */
  | { readonly kind: 'take' };

export interface Received {
  /** Open now. */
  readonly streams: number;
  /** Those that an event came on. */
  readonly streamsTold: number;
  /** Of each event: from its `asOf` until it was here. */
  readonly latenciesMs: readonly number[];
}

export type ReceiverAnswer =
  | ({ readonly ok: true } & Received)
  | { readonly ok: false; readonly message: string };
