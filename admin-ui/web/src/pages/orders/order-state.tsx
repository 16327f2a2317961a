/** The state of an order in a word. */
import type { Order } from '../../api/office-contract.ts';
import { useText } from '../../i18n/language.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';

const TONES: Readonly<Record<Order['status'], Tone>> = {
  paid: 'good',
  fulfilled: 'accent',
  partially_refunded: 'warning',
  refunded: 'neutral',
  cancelled: 'neutral',
};

export const ORDER_STATES = Object.keys(TONES) as Order['status'][];

export function OrderState({ order }: { readonly order: Pick<Order, 'status' | 'refundingMinor'> }) {
  const t = useText();
  return (
    <>
      <Badge tone={TONES[order.status]}>{t(`orders.state-${order.status}`)}</Badge>
      {order.refundingMinor > 0 && <Badge tone="warning">{t('orders.refunding')}</Badge>}
    </>
  );
}
