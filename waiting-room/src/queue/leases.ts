/** Entries on lease to gates (ADR 0110): one script call takes what a gate reports and gives what it may have. */

import { PHASES, type Phase } from '../domain/phase.ts';
import { parseGrant } from './check-in.ts';
import type { Commands } from './commands.ts';
import type { HandedOut } from './handed-out.ts';
import type { Grant } from './queue.ts';

/** What a gate says of its leases, and what it wants: at most 500 numbers in all (Q5). */
export interface LeaseRequest {
  readonly gate: string;
  /** Still unspent. */
  readonly held: readonly string[];
  /** Taken by a shopper since the last answer. */
  readonly spent: readonly string[];
  /** No longer wanted; forgotten by the gate before it says so. */
  readonly returned: readonly string[];
  /** Numbers and binds for new ones, the same ones when a request is sent again. */
  readonly wanted: readonly { readonly number: string; readonly bind: string }[];
}

export type LeaseOutcome =
  | {
      readonly status: 'ok';
      readonly phase: Phase;
      /** How many the gate may hold. */
      readonly quota: number;
      /** Held numbers that are no longer good. */
      readonly void: readonly string[];
      /** New ones, and held ones that go on for another stretch. */
      readonly grants: readonly { readonly number: string; readonly grant: Grant }[];
    }
  | { readonly status: 'no-such-drop' };

export interface LeasesOptions {
  readonly commands: Commands;
  readonly handedOut: HandedOut;
  readonly holdUs: (drop: string) => number;
  /** @throws Problem 503 when no replica has the grants just made (Q29) */
  readonly acknowledge: (drop: string) => Promise<void>;
}

export async function leaseEntries(
  { commands, handedOut, holdUs, acknowledge }: LeasesOptions,
  drop: string,
  { gate, held, spent, returned, wanted }: LeaseRequest,
): Promise<LeaseOutcome> {
  const reply = await commands.run('lease-entries', drop, [
    gate,
    held.length,
    spent.length,
    returned.length,
    ...held,
    ...spent,
    ...returned,
    ...wanted.flatMap(({ number, bind }) => [number, bind]),
  ]);
  if (reply[0] !== 'ok') return { status: 'no-such-drop' };
  const [, , phase, quota, unknown, ...pairs] = reply as unknown as [
    string,
    number,
    string,
    number,
    string[],
    ...string[],
  ];
  const grants: { number: string; grant: Grant }[] = [];
  for (let at = 0; at + 1 < pairs.length; at += 2)
    grants.push({ number: pairs[at] as string, grant: parseGrant(pairs[at + 1] as string) });
  if (grants.length > 0) await acknowledge(drop);
  for (const { number, grant } of grants) handedOut.granted(drop, number, grant, holdUs(drop));
  for (const number of returned) handedOut.ended(drop, number, 'released');
  return { status: 'ok', phase: phaseOf(phase), quota, void: unknown, grants };
}

function phaseOf(text: string): Phase {
  const phase = PHASES.find((name) => name === text);
  if (phase === undefined) throw new Error(`Redis told an unknown phase: ${text}`);
  return phase;
}
