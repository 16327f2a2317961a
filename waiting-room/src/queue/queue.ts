/**
 * What the rest of the waiting room may ask of the queue, and the outcomes it may get.
 * Outcomes are values; only an unreachable Redis throws (a 503 `store-unavailable` problem).
 */
import type { CodeRules } from '../domain/access-code.ts';
import type { DrawClass } from '../domain/draw.ts';
import type { PageLook } from '../domain/page-look.ts';
import type { Phase } from '../domain/phase.ts';
import type { RankMap } from '../domain/positions.ts';
import type { GenerationReason } from '../domain/pulse.ts';
import type { RosterHead } from '../domain/roster.ts';
import type { LeaseOutcome, LeaseRequest } from './leases.ts';
import type { Notices } from './notices.ts';
import type { RevocationList } from './revocations.ts';

/** What a signed member claim gives a ticket (docs/draw.md). Everyone else has `EVERYONE`. */
export interface TicketClass extends DrawClass {
  /** Head start over arrivals after opening, in milliseconds. */
  readonly headStartMs: number;
}

export const EVERYONE: TicketClass = { band: 1, chances: 1, headStartMs: 0 };

export interface JoinRequest {
  /** The 16 secret bytes of the ticket: random, or derived (from a nonce, say), so that the same request sent twice is one. */
  readonly id: Buffer;
  /** base64url SHA-256 of `id`. */
  readonly number: string;
  readonly class: TicketClass;
  /** Keyed digest of the client address (IPv6 by /64), 8 to 22 characters: what the join limit counts by. */
  readonly addressDigest: string;
  /** The access code it comes with; absent for none. */
  readonly code?: CodeUse | undefined;
}

/** One use of an access code (ADR 0112). */
export interface CodeUse {
  /** `<batch>.<number in it>`. */
  readonly id: string;
  readonly usesMax: number;
  /** Operators are told of each use. */
  readonly isTold: boolean;
  /** Public number of a ticket that never entered, with whose use of the same code this goes on; '' for none. */
  readonly carriedFrom: string;
}

export type JoinOutcome =
  | {
      readonly status: 'joined';
      /** True when the ticket was in the queue already (a repeated nonce): same place, nothing was added. */
      readonly repeated: boolean;
      /** Order of an arrival; null for a lobby ticket, whose order is drawn and never leaves the process. */
      readonly order: number | null;
      /** What the draw counts for this ticket: the request's, or the one a known ticket got at first. */
      readonly drawClass: DrawClass;
      /** Redis time of the join, µs. */
      readonly joinedUs: number;
      readonly epoch: string;
      readonly phase: Phase;
    }
  | { readonly status: 'not-open-yet'; readonly opensInMs: number }
  /** `spent`: the nonce's ticket has been used up; join again with a random id. */
  | {
      readonly status:
        | 'draining'
        | 'sold-out'
        | 'closed'
        | 'spent'
        | 'no-such-drop'
        | 'code-required'
        | 'code-used-up';
    }
  | { readonly status: 'room-full' | 'address-limit'; readonly retryAfterMs: number };

/** Why a ticket is spent. */
export type SpentReason = 'paid' | 'released' | 'expired' | 'revoked' | 'left' | 'missed';

/** Where a ticket stands, by one read. */
export type Standing =
  | {
      readonly standing: 'waiting';
      readonly order: number;
      readonly called: boolean;
      /** When the call window ends, ms since the epoch; null when not called. */
      readonly callExpiresMs: number | null;
      /** How often the window may still be prolonged. */
      readonly extensionsLeft: number;
      /** Window and grace together; null: not called. */
      readonly turnEndsMs: number | null;
    }
  | { readonly standing: 'checked-in'; readonly order: number; readonly ahead: number }
  | { readonly standing: 'entered'; readonly grant: Grant }
  | { readonly standing: 'spent'; readonly reason: SpentReason }
  | { readonly standing: 'unknown' };

/** What a token is signed from; the same grant gives the same token. */
export interface Grant {
  /** Seconds since the epoch, Redis time. */
  readonly iat: number;
  readonly exp: number;
  /** base64url SHA-256 of the connector's secret. */
  readonly bind: string;
}

export interface CheckInRequest {
  readonly number: string;
  readonly bind: string;
}

export type CheckInOutcome =
  | { readonly status: 'granted'; readonly grant: Grant }
  | {
      readonly status: 'present';
      readonly ahead: number;
      readonly retryAfterMs: number;
      readonly phase: Phase;
    }
  | { readonly status: 'not-called'; readonly retryAfterMs: number; readonly phase: Phase }
  | { readonly status: 'spent'; readonly reason: SpentReason }
  | { readonly status: 'bound-elsewhere' }
  | { readonly status: 'unknown' }
  | { readonly status: 'closed' | 'no-such-drop' };

export type ExtensionOutcome =
  | { readonly status: 'extended'; readonly callExpiresMs: number; readonly extensionsLeft: number }
  | { readonly status: 'none-left' | 'window-over' | 'not-called' | 'checked-in' | 'entered' }
  | { readonly status: 'spent'; readonly reason: SpentReason }
  | { readonly status: 'unknown' }
  | { readonly status: 'closed' | 'no-such-drop' };

export interface ReturnRequest {
  readonly number: string;
  /** Null for a lobby ticket: its order is drawn again, never read from a ticket (Q7). */
  readonly order: number | null;
  readonly class: DrawClass;
  /** The epoch the ticket was issued in. */
  readonly epoch: string;
}

export interface ReturnOutcome {
  /** `known`: nothing of it was lost. `unknown`: of the current epoch, and not in the queue. `refused`: the drop is over. */
  readonly status: 'known' | 'returned' | 'unknown' | 'refused' | 'no-such-drop';
  /** The current epoch, which the ticket is to carry from now on. */
  readonly epoch: string;
}

export interface EndedSession {
  readonly jti: string;
  readonly reason: 'paid' | 'released' | 'expired' | 'revoked';
}

export interface CapacityReport {
  readonly seq: number;
  readonly sellable: number;
  readonly held: number;
  readonly inside: number;
  readonly insideWithoutHold: number;
  /** Public numbers whose checkout session was opened since the last acknowledged report; ≤ 500. */
  readonly opened: readonly string[];
  /** How the reporting instance is doing: kept as told, for operators to see. */
  readonly latencyMs?: number;
  readonly errorRate?: number;
  readonly breaker?: 'closed' | 'half-open' | 'open';
  readonly poolWaitMs?: number;
}

/** What every instance holds in memory about a live drop, at most a second old. */
export interface DropView {
  readonly drop: string;
  readonly phase: Phase;
  readonly epoch: string;
  /** Every order up to here has been called. */
  readonly frontier: number;
  /** Redis time at which all this was read, ms since the epoch. */
  readonly asOfMs: number;
  /** The same moment on this process's monotonic clock: how old the view is does not depend on two clocks agreeing. */
  readonly readAtMs: number;
  /** From here on joins are taken (also in the pulse, as `lobbyOpensAt`). */
  readonly lobbyOpensUs: number;
  readonly opensUs: number;
  readonly closesUs: number;
  readonly openedUs: number;
  readonly policyVersion: number;
  /** The rate now, ramp included. */
  readonly ratePerMinute: number;
  /** The greater of the rate now and the one that a ramp leads to. */
  readonly rateAheadPerMinute: number;
  readonly maxSessions: number;
  readonly callWindowUs: number;
  readonly graceUs: number;
  readonly tokenUs: number;
  readonly holdUs: number;
  readonly returnSpreadUs: number;
  /** Until when shoppers return after the last loss, Redis time, µs; 0 when nothing was lost. */
  readonly healUntilUs: number;
  /** Whether a ticket that led to a purchase may be followed by another place. */
  readonly rejoinAfterPurchase: boolean;
  readonly waiting: number;
  readonly present: number;
  readonly sessions: number;
  readonly showRate: number;
  /** Measured entries a minute, over the last half minute or so. */
  readonly outflowPerMinute: number;
  /** Totals since the drop was made. */
  readonly joinedTotal: number;
  readonly enteredTotal: number;
  readonly leftTotal: number;
  readonly missedTotal: number;
  /** What limits entry right now. */
  readonly limitedBy: LimitedBy;
  /** Changes when so many were put in ahead that a position may grow (Q12). */
  readonly generation: Generation;
  /** The same for those checked in, whose number is their place among them. */
  readonly gateGeneration: Generation;
  readonly rankMap: RankMap | null;
  /** As published with the rank map: a position of that map has grown only if this has changed. */
  readonly mapGeneration: Generation;
  /** Redis time that the rank map is no older than, ms. */
  readonly mapAsOfMs: number;
  /** The map from before a loss, for as long as shoppers return; null otherwise. */
  readonly healMap: RankMap | null;
  readonly pollAfterMs: number;
  readonly callableUntil: number;
  readonly commit: string;
  /** Whether nobody gets a place without an access code. */
  readonly isCodeRequired: boolean;
  /** Hex; null until the reveal. */
  readonly seed: string | null;
  /** The public pulse document, ready to send, and its strong ETag. */
  readonly pulse: { readonly body: Buffer; readonly etag: string };
  readonly page: DropPage;
  /** Public stock picture (`co:{d}:stock`), ready to send; null when there is none. */
  readonly products: Buffer | null;
}

/** How often insertions ahead have exceeded a hundredth of somebody's rank, and what the last of them was. */
export interface Generation {
  readonly count: number;
  readonly reason: GenerationReason;
}

export type LimitedBy =
  | 'nothing'
  | 'rate'
  | 'sessions'
  | 'stock'
  | 'capacity-silent'
  | 'queue-empty'
  | 'phase';

/** Content of `wr:page:<d>`, written by the control plane. */
export interface DropPage {
  readonly name: string;
  readonly message: Readonly<Record<string, string>>;
  readonly returnOrigins: readonly string[];
  readonly defaultReturnTo: string | null;
  /** Whether it shows what is left of each product. */
  readonly showStock: boolean;
  /** The merchant's. */
  readonly look: PageLook;
  /** Whose member claims give a class, and how much of one; absent where everyone is alike. */
  readonly members?: MemberRules;
  /** By which access codes are read; absent where there are none. */
  readonly codes?: CodeRules;
}

/** Bounds of what a member claim may give in one drop. */
export interface MemberRules {
  /** Public Ed25519 or P-256 keys (JWK with `kid`) that sign claims. */
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  /** 1 to 8. */
  readonly chancesMax: number;
  readonly headStartSecondsMax: number;
  /** What claims may name; absent in a page of before there were names. */
  readonly classes?: readonly MemberClass[];
}

/** A class by the name that the shop's claims call it. */
export interface MemberClass {
  readonly name: string;
  readonly band: TicketClass['band'];
  readonly chances: number;
  readonly headStartSeconds: number;
}

/** What the public may know of a drop's stock, as the checkout wrote it. */
export interface StockPicture {
  /** Another one with every change. */
  readonly version: string;
  readonly json: string;
}

export interface Queue {
  /** Joins of one event-loop turn travel in one script call (Q13). */
  join(drop: string, request: JoinRequest): Promise<JoinOutcome>;
  /** Checks in, then grants what the budget allows; batched likewise (Q17, Q18). */
  checkIn(drop: string, request: CheckInRequest): Promise<CheckInOutcome>;
  /** One read (Q15). */
  /**
   * @param epoch of the view the caller decides by; a ticket that is missing in another epoch is not called unknown
   * @throws 503 `store-unavailable`, then too
   */
  standing(drop: string, number: string, epoch?: string): Promise<Standing>;
  /** One more call window, never more than one ahead: asking twice is asking once (Q17). */
  extend(drop: string, number: string): Promise<ExtensionOutcome>;
  /** Idempotent: true when the ticket was live. */
  leave(drop: string, number: string): Promise<boolean>;
  /** What a gate may spend when this room can no longer be asked (ADR 0110); idempotent. */
  lease(drop: string, request: LeaseRequest): Promise<LeaseOutcome>;
  /** Idempotent; at most 500. */
  endSessions(drop: string, ended: readonly EndedSession[]): Promise<void>;
  /** Publishes the stock of a checkout that is not Sluice's own; gone after 30 s without another. */
  publishStock(drop: string, picture: object): Promise<void>;
  /** False when a newer report is known already. */
  reportCapacity(drop: string, report: CapacityReport): Promise<boolean>;
  /** A ticket of an earlier epoch, put back at its own order if Redis lost it (Q26). */
  comeBack(drop: string, request: ReturnRequest): Promise<ReturnOutcome>;
  /** Who was revoked while their token may still live, as a document. @throws when Redis can't be asked */
  revocations(drop: string): Promise<RevocationList>;
  /** Whether the ticket's place beyond the frontier was given up or revoked; known a moment after it happened (Q15). */
  hasGone(drop: string, number: string): boolean;
  /** The order a lobby ticket was drawn, recomputed (Q7); null before the reveal (Q8). */
  drawnOrder(drop: string, number: string, ticketClass: TicketClass): number | null;
  /** The published roster's head; null before it is published (Q10). */
  roster(drop: string): Promise<RosterHead | null>;
  /** Text of one of its pages; null when there is none of that index. */
  rosterPage(drop: string, index: number): Promise<string | null>;
  /** Lobby tickets put back after the roster was published, lines of its form in the order in which they came (Q10). */
  lateTickets(
    drop: string,
    from: number,
    max: number,
  ): Promise<{ readonly total: number; readonly lines: readonly string[] }>;
  /** Who wants to be told of their turn. */
  readonly notices: Notices;
  /** A merchant's logo, WebP; null when there is none of that content. */
  logo(hash: string): Promise<Buffer | null>;
  /** A drop that has left Redis for good; known a moment after it happened. */
  isArchived(drop: string): boolean;
  /** The stock picture, if there is another than the one of version `known`; one read where there is not. */
  stockPicture(drop: string, known: string | null): Promise<StockPicture | null>;
  /** Undefined for a drop that does not exist; the view is refreshed every second. */
  view(drop: string): DropView | undefined;
  views(): Iterable<DropView>;
  /** Calls `listener` whenever the views have been read again: twice a second, late while Redis is slow, but never not at all. */
  onRefreshed(listener: () => void): void;
}
