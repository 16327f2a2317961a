/**
 * Draws that have left Redis, as the control plane's Postgres has them (ADR 0022). Only for showing them: nothing about a
 * line waits for this.
 */
import { Problem } from '@sluice/service-kit';
import type { RosterHead } from '../domain/roster.ts';

/** Someone who checks a draw waits for it; the control plane may be busy. */
const TIMEOUT_MS = 3000;
const RETRY_AFTER_SECONDS = 5;
/** Heads kept; one of a drop of ten million is 240 KB. */
const DRAWS_MAX = 64;
/** Pages kept, some 200 KB each: whoever checks a draw reads each once. */
const PAGES_MAX = 16;

export interface ArchivedDraw {
  readonly commit: string | null;
  /** Hex; null: it was never revealed. */
  readonly seed: string | null;
  readonly head: RosterHead | null;
}

export interface Archive {
  /** Null: no draw of that drop is stored. @throws Problem 503 while the control plane does not answer */
  draw(drop: string): Promise<ArchivedDraw | null>;
  /** Null: there is no such page. @throws as above */
  page(drop: string, index: number): Promise<string | null>;
}

/** @param options.url base URL of the control plane's internal listener */
export function createArchive(options: { readonly url: string; readonly serviceToken: string }): Archive {
  const draws = new Map<string, ArchivedDraw>();
  const pages = new Map<string, string>();

  /** Null for 404. What is stored never changes, so that it is asked for once. */
  async function ask(path: string): Promise<string | null> {
    let status: number;
    try {
      const response = await fetch(new URL(path, options.url), {
        headers: { authorization: `Bearer ${options.serviceToken}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      if (response.ok) return text;
      status = response.status;
    } catch (error) {
      throw unavailable(error);
    }
    if (status === 404) return null;
    throw unavailable(new Error(`the control plane answered ${status}`));
  }

  return {
    async draw(drop) {
      const known = draws.get(drop);
      if (known) return known;
      const text = await ask(`/internal/v1/draws/${drop}`);
      if (text === null) return null;
      const draw = JSON.parse(text) as ArchivedDraw;
      keep(draws, drop, draw, DRAWS_MAX);
      return draw;
    },
    async page(drop, index) {
      const key = `${drop}/${index}`;
      const known = pages.get(key);
      if (known !== undefined) return known;
      const text = await ask(`/internal/v1/draws/${drop}/pages/${index}`);
      if (text !== null) keep(pages, key, text, PAGES_MAX);
      return text;
    },
  };
}

function keep<T>(map: Map<string, T>, key: string, value: T, max: number): void {
  if (map.size >= max) map.delete(map.keys().next().value as string);
  map.set(key, value);
}

function unavailable(cause: unknown): Problem {
  const problem = new Problem({
    status: 503,
    type: 'store-unavailable',
    title: 'The archive cannot be reached right now.',
    detail: 'Draws of archived drops are shown again when the control plane answers.',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
  problem.cause = cause;
  return problem;
}
