/** Reads one drop: what the scripts decide by, the counts, the page, the stock picture and the published pulse. */
import type { Redis } from 'ioredis';
import { type LookInDocument, readLook } from '../domain/page-look.ts';
import type { Phase } from '../domain/phase.ts';
import { type Commands, isUnavailable } from './commands.ts';
import { dropKeys, pageKey, stockKey } from './keys.ts';
import type { DropPage } from './queue.ts';

/** A drop as it stands in Redis at one moment. */
export interface DropReading {
  readonly drop: string;
  readonly nowUs: number;
  /** This process's monotonic clock when it was read, ms. */
  readonly readAtMs: number;
  readonly phase: Phase;
  readonly waiting: number;
  readonly present: number;
  readonly sessions: number;
  /** Called, not checked in. */
  readonly called: number;
  /** The rate at that moment, ramp included. */
  readonly ratePerMinute: number;
  /** A number of the control hash; 0 when it is not there. */
  number(field: string): number;
  /** A text of the control hash; '' when it is not there. */
  text(field: string): string;
  /** Undefined: it could not be read. */
  readonly page: string | null | undefined;
  readonly stock: Buffer | null;
  readonly pulse: Buffer | null;
  /** The control hash, field by field. */
  readonly control: Readonly<Record<string, string>>;
}

/**
 * Null for a drop that Redis has no policy of.
 * @throws Problem 503 when Redis may have lost something of it
 */
export async function readDrop(redis: Redis, commands: Commands, drop: string): Promise<DropReading | null> {
  const [reply, page, stock, pulse] = await Promise.all([
    commands.read('read-drop', drop, []),
    redis.get(pageKey(drop)).catch((error: unknown) => {
      if (!isUnavailable(error)) throw error;
      return undefined;
    }),
    redis.hgetBuffer(stockKey(drop), 'json'),
    redis.getBuffer(dropKeys(drop).pulse),
  ]);
  const [status, now, phase, waiting, present, sessions, called, rate, ...fields] = reply;
  commands.clockOf(drop).see(Number(now));
  if (status !== 'ok') return null;
  const control = new Map<string, string>();
  for (let i = 0; i < fields.length; i += 2) control.set(String(fields[i]), String(fields[i + 1]));
  return {
    drop,
    nowUs: Number(now),
    readAtMs: performance.now(),
    phase: phase as Phase,
    waiting: Number(waiting),
    present: Number(present),
    sessions: Number(sessions),
    called: Number(called),
    ratePerMinute: Number(rate),
    number: (field) => Number(control.get(field) ?? 0),
    text: (field) => control.get(field) ?? '',
    page,
    stock,
    pulse,
    control: Object.fromEntries(control),
  };
}

/** The page's content; what is missing or broken is empty, so that a fault there never stops the line. */
export function parsePage(drop: string, text: string | null): DropPage {
  let page: Partial<DropPage> & LookInDocument = {};
  try {
    page = (JSON.parse(text ?? '{}') as typeof page | null) ?? {};
  } catch {
    // The control plane writes it again; until then the page is plain.
  }
  return {
    name: page.name ?? drop,
    message: page.message ?? {},
    returnOrigins: page.returnOrigins ?? [],
    defaultReturnTo: page.defaultReturnTo ?? null,
    showStock: page.showStock === true,
    look: readLook(page),
    ...(page.members && { members: page.members }),
    ...(page.codes && { codes: page.codes }),
  };
}
