/**
 * The drop's append-only log, as the room's Lua commands write it with Redis time. It is the judge's first witness: what
 * was called, checked in, granted and ended, in the one order in which Redis did it.
 */

/** One line. Times are Redis µs since the epoch; `number` is a public number. */
export type LogLine =
  | { readonly kind: 'open' | 'reveal'; readonly us: number }
  /** The frontier passed from `from` to `to`: every order in between was called. */
  | { readonly kind: 'call'; readonly us: number; readonly from: number; readonly to: number }
  | {
      readonly kind: 'checkin' | 'missed';
      readonly us: number;
      readonly number: string;
      readonly order: number;
    }
  | {
      readonly kind: 'grant';
      readonly us: number;
      readonly number: string;
      readonly order: number;
      readonly expiresUs: number;
    }
  /** An entry on lease to a gate: granted by this, whenever it is spent. Prolonging it writes no line. */
  | { readonly kind: 'lease'; readonly us: number; readonly number: string }
  | { readonly kind: 'end'; readonly us: number; readonly number: string; readonly reason: string }
  /** A kind that the judge has no question about. */
  | { readonly kind: 'other'; readonly us: number };

export type GrantLine = Extract<LogLine, { kind: 'grant' }>;
export type LeaseLine = Extract<LogLine, { kind: 'lease' }>;

/** Drawn orders are below this, arrivals (µs since the epoch) above. */
export const DRAWN_ORDER_END = 4 * 2 ** 48;

/**
 * @param fields names and values in turn, as a stream entry holds them
 * @returns what it says: one line, or one for each of those that were granted together
 * @throws Error when a line lacks what its kind must have: a log that can't be read proves nothing
 */
export function parseLogEntry(fields: readonly string[]): LogLine[] {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2)
    values.set(fields[at] as string, fields[at + 1] as string);
  const text = (name: string): string => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`a log line lacks "${name}": ${fields.join(' ')}`);
    return value;
  };
  const amount = (name: string): number => {
    const value = Number(text(name));
    if (!Number.isFinite(value)) throw new Error(`a log line's "${name}" is no number: ${fields.join(' ')}`);
    return value;
  };
  const us = amount('us');
  const kind = text('k');
  switch (kind) {
    case 'open':
    case 'reveal':
      return [{ kind, us }];
    case 'call':
      return [{ kind, us, from: amount('f'), to: amount('t') }];
    case 'checkin':
    case 'missed':
      return [{ kind, us, number: text('n'), order: amount('o') }];
    case 'grant': {
      const numbers = text('n').split(' ');
      const orders = text('o').split(' ').map(Number);
      if (numbers.length !== orders.length || !orders.every(Number.isFinite))
        throw new Error(`a grant's numbers and orders do not belong together: ${fields.join(' ')}`);
      const expiresUs = amount('exp');
      return numbers.map((number, at) => ({ kind, us, number, order: orders[at] as number, expiresUs }));
    }
    case 'lease':
      return [{ kind, us, number: text('n') }];
    case 'end':
      return [{ kind, us, number: text('n'), reason: text('r') }];
    default:
      return [{ kind: 'other', us }];
  }
}

/** Its grants, in the order of the log. */
export function grantsOf(log: readonly LogLine[]): GrantLine[] {
  return log.filter((line) => line.kind === 'grant');
}

/** Entries on lease to gates, in the order of the log. */
export function leasesOf(log: readonly LogLine[]): LeaseLine[] {
  return log.filter((line) => line.kind === 'lease');
}
