/**
 * Ready-signed entries for a gate: token and secret, as a shopper's browser will hold them (ADR 0110). Number and secret
 * follow from the gate's batch, so that a request sent again, to whichever instance, is about the same entries.
 */
import { createHmac, hash } from 'node:crypto';
import type { TicketSecret } from '../config.ts';
import type { LeaseOutcome, LeaseRequest } from '../queue/leases.ts';
import type { Queue } from '../queue/queue.ts';
import { createTicketKeys } from './ticket-keys.ts';
import type { SignToken } from './tokens.ts';

export interface GateReport extends Omit<LeaseRequest, 'wanted'> {
  /** Another one with every wish that was answered. */
  readonly batch: string;
  readonly want: number;
}

export interface LeasedEntry {
  readonly number: string;
  readonly token: string;
  /** Only of a new one: the gate has the others'. */
  readonly secret?: string;
  readonly expiresAtMs: number;
}

export type Leased =
  | (Omit<Extract<LeaseOutcome, { status: 'ok' }>, 'grants'> & { readonly entries: readonly LeasedEntry[] })
  | Exclude<LeaseOutcome, { status: 'ok' }>;

export type LeaseToGate = (drop: string, report: GateReport) => Promise<Leased>;

/** For existing drops only. */
export function createLeasing(
  queue: Queue,
  signToken: SignToken,
  secrets: readonly [TicketSecret, ...TicketSecret[]],
): LeaseToGate {
  const keysOf = createTicketKeys(secrets);
  return async (drop, { batch, want, ...report }) => {
    const derive = (use: string, index: number) =>
      createHmac('sha256', keysOf(drop).lease)
        .update(`${use} ${report.gate} ${batch} ${index}`)
        .digest('base64url');
    const secretsOf = new Map<string, string>();
    const wanted = Array.from({ length: want }, (_, index) => {
      const number = derive('number', index);
      const secret = derive('secret', index);
      secretsOf.set(number, secret);
      return { number, bind: hash('sha256', secret, 'base64url') };
    });
    const outcome = await queue.lease(drop, { ...report, wanted });
    if (outcome.status !== 'ok') return outcome;
    const { grants, ...rest } = outcome;
    const entries = await Promise.all(
      grants.map(async ({ number, grant: { iat, exp, bind } }) => {
        const token = await signToken({ drop, number, iat, exp, bind, customer: null });
        const secret = secretsOf.get(number);
        return { number, token, ...(secret !== undefined && { secret }), expiresAtMs: exp * 1000 };
      }),
    );
    return { ...rest, entries };
  };
}
