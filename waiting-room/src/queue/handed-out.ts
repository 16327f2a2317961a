/**
 * Sessions whose token has left this process, and the ends it was told of: what Redis must know again after a loss, since a
 * token that is out counts, whatever a store has forgotten (Q28).
 */
import type { Grant, SpentReason } from './queue.ts';

/** Sessions kept per drop; a drop that sells a million units through one instance fits. Some 200 bytes each. */
const SESSIONS_MAX = 1_000_000;

export interface HandedOutSession {
  readonly number: string;
  readonly grant: Grant;
  /** Redis time at which token and hold have run out, µs. */
  readonly endsUs: number;
  /** Null while it lives, as far as this instance knows. */
  readonly ended: SpentReason | null;
}

export class HandedOut {
  readonly #drops = new Map<string, Map<string, HandedOutSession>>();
  /** Told of every change, so that it can be written down. */
  onChange: (drop: string, session: HandedOutSession) => void = () => {};

  /** A token has left, or is about to. */
  granted(drop: string, number: string, grant: Grant, holdUs: number): void {
    const known = this.#drops.get(drop)?.get(number);
    if (known !== undefined && known.grant.iat === grant.iat && known.grant.bind === grant.bind) return;
    this.#put(drop, { number, grant, endsUs: grant.exp * 1_000_000 + holdUs, ended: null });
  }

  /** A session is over. One that another instance handed out is remembered too. */
  ended(drop: string, number: string, reason: SpentReason): void {
    const known = this.#drops.get(drop)?.get(number);
    if (known?.ended === reason) return;
    const grant = known?.grant ?? { iat: 0, exp: 0, bind: '' };
    this.#put(drop, { number, grant, endsUs: known?.endsUs ?? 0, ended: reason });
  }

  /** As read from a file. */
  recall(drop: string, session: HandedOutSession): void {
    this.#of(drop).set(session.number, session);
  }

  all(drop: string): Iterable<HandedOutSession> {
    return this.#drops.get(drop)?.values() ?? [];
  }

  forget(drop: string): void {
    this.#drops.delete(drop);
  }

  #put(drop: string, session: HandedOutSession): void {
    const sessions = this.#of(drop);
    if (sessions.size >= SESSIONS_MAX) sessions.delete(sessions.keys().next().value as string);
    sessions.set(session.number, session);
    this.onChange(drop, session);
  }

  #of(drop: string): Map<string, HandedOutSession> {
    let sessions = this.#drops.get(drop);
    if (sessions === undefined) {
      sessions = new Map();
      this.#drops.set(drop, sessions);
    }
    return sessions;
  }
}
