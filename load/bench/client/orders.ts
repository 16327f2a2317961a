/** What a bench and its client process say to each other. */
import type { CollectOptions } from './collector.ts';
import type { DriveOptions, DriveResult } from './drive.ts';

export interface ClientOrder extends Omit<DriveOptions, 'next' | 'onBody'> {
  /** Written by `saveRequests`. */
  readonly requestsFile: string;
  /** Appends this text field of every answer to a file, a line each. */
  readonly collect?: CollectOptions;
}

export type ClientAnswer =
  | { readonly ok: true; readonly result: DriveResult }
  | { readonly ok: false; readonly message: string };
