/** The log that the room's commands write (ADR 0019), as the control plane reads it. */

/** One decision about one ticket, or about the drop. */
export interface LogLine {
  readonly kind: string;
  /** Redis time, µs. */
  readonly us: number;
  /** Public number of the ticket; undefined for lines about the drop. */
  readonly number: string | undefined;
  /** Its order, where the line has one. */
  readonly order: number | undefined;
  /** Why something ended. */
  readonly reason: string | undefined;
  /** Of a call: every order up to here. */
  readonly reach: number | undefined;
}

/** Orders below were drawn (Q7: four bands of 2^48), those above are times of arrival in µs (Q12). */
export const DRAWN_ORDERS_END = 4 * 2 ** 48;

/**
 * @param fields names and values in turn, as a stream entry holds them
 * @returns what it says: one line, or one for each of those that were granted together
 */
export function parseLogEntry(fields: readonly string[]): LogLine[] {
  const member = (name: string) => {
    const at = fields.indexOf(name);
    return at >= 0 && at % 2 === 0 ? fields[at + 1] : undefined;
  };
  const amount = (name: string) => {
    const text = member(name);
    return text === undefined ? undefined : Number(text);
  };
  const shared = {
    kind: member('k') ?? '',
    us: amount('us') ?? 0,
    reason: member('r'),
    reach: amount('t'),
  };
  const orders = member('o')?.split(' ').map(Number) ?? [];
  const numbers = member('n')?.split(' ') ?? [undefined];
  return numbers.map((number, at) => ({ ...shared, number, order: orders[at] }));
}
