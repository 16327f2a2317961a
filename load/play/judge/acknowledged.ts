/** What a shopper has been told is so stays so, whatever dies afterwards (promise 7). Places are judged in places.ts. */
import type { OrderRow } from './books.ts';
import type { GrantLine, LeaseLine } from './log-line.ts';

export interface Acknowledged {
  /** Public numbers of those who were given a token. */
  readonly admitted: ReadonlySet<string>;
  /** Orders that shoppers were told of. */
  readonly orders: ReadonlySet<string>;
}

export interface AcknowledgedVerdict {
  readonly admissionsLost: number;
  readonly ordersLost: number;
}

export function judgeAcknowledged(
  { admitted, orders }: Acknowledged,
  grants: readonly (GrantLine | LeaseLine)[],
  rows: readonly OrderRow[],
): AcknowledgedVerdict {
  const granted = new Set(grants.map(({ number }) => number));
  const kept = new Set(rows.map(({ id }) => id));
  return {
    admissionsLost: [...admitted].filter((number) => !granted.has(number)).length,
    ordersLost: [...orders].filter((id) => !kept.has(id)).length,
  };
}
