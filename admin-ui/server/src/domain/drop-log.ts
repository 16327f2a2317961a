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

export function parseLogLine(fields: readonly string[]): LogLine {
  const member = (name: string) => {
    const at = fields.indexOf(name);
    return at >= 0 && at % 2 === 0 ? fields[at + 1] : undefined;
  };
  const number = (name: string) => {
    const text = member(name);
    return text === undefined ? undefined : Number(text);
  };
  return {
    kind: member('k') ?? '',
    us: number('us') ?? 0,
    number: member('n'),
    order: number('o'),
    reason: member('r'),
    reach: number('t'),
  };
}
