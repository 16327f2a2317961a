/**
 * Bodies of reservation requests, read by the bounds of the contract and remembered: in a drop nearly everybody sends one of a
 * few, and the same text always means the same. One wish is one object, by which a batch knows how many ask for the same.
 */
import { compileBodyCheck } from '@sluice/service-kit';
import { ReservationRequest } from '../contract/reservations.ts';
import { canonicalLines, type Line } from '../domain/lines.ts';

/** Wishes remembered: 5 MB at most. Beyond it they are read anew. */
const KEPT_MAX = 5_000;
/** A longer body is read each time; the longest that is valid has 20 lines. */
const KEPT_CHARS_MAX = 512;

export interface Wish {
  /** In canonical order. */
  readonly lines: Line[];
  /** The lines as the answer has them. */
  readonly json: string;
}

/** @returns undefined for a body that is not valid: what is wrong with it is said elsewhere */
export type ReadWish = (body: string) => Wish | undefined;

export function createWishReader(): ReadWish {
  const isValid = compileBodyCheck(ReservationRequest);
  const kept = new Map<string, Wish>();

  function read(body: string): Wish | undefined {
    const request = parse(body);
    if (!isValid(request)) return undefined;
    const wish = canonicalLines((request as { lines: Line[] }).lines);
    return wish.ok ? { lines: wish.lines, json: JSON.stringify(wish.lines) } : undefined;
  }

  return (body) => {
    const known = kept.get(body);
    if (known !== undefined) return known;
    const wish = read(body);
    if (wish === undefined || body.length > KEPT_CHARS_MAX) return wish;
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(body, wish);
    return wish;
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
