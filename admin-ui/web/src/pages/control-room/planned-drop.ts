/** What the control room needs of a drop's plan; the rest it hears each second. */
import type { Drop } from '../../api/contract.ts';

export interface PlannedDrop {
  readonly id: string;
  readonly timeZone: string;
  readonly page: Pick<Drop['page'], 'message'>;
  readonly products: readonly Pick<Drop['products'][number], 'sku' | 'name'>[];
  readonly admission: Pick<Drop['admission'], 'maxSessions'>;
}
