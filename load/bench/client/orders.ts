/** What a bench and its client process say to each other. */
import type { CollectOptions } from './collector.ts';
import type { DriveOptions, DriveResult } from './drive.ts';

/** Where the requests come from. */
export type Source =
  /** Single requests, again and again; written by `saveRequests`. */
  | { readonly requestsFile: string; readonly expectedStatus: number }
  /** Each walk once; written by `saveWalks`. */
  | { readonly walksFile: string };

export type ClientOrder = Omit<DriveOptions, 'next' | 'onBody'> &
  Source & {
    /** Appends this text field of every answer to a file, a line each. */
    readonly collect?: CollectOptions;
  };

export type ClientAnswer =
  | { readonly ok: true; readonly result: DriveResult }
  | { readonly ok: false; readonly message: string };
