/** Events that an address can be told of, in words; the name by which the receiver knows one stands behind. */
import { useCallback } from 'react';
import { useText } from '../../i18n/language.tsx';

/** As the control plane takes them (admin-ui/server/src/contract/webhooks.ts). */
export const EVENT_TYPES = [
  'order.paid',
  'order.fulfilled',
  'order.cancelled',
  'order.partially_refunded',
  'order.refunded',
  'stock.changed',
  'stock.low',
  'drop.sold_out',
] as const;

export function useEventWords(): (type: string) => string {
  const t = useText();
  return useCallback(
    (type) => ((EVENT_TYPES as readonly string[]).includes(type) ? `${t(`event.${type}`)} (${type})` : type),
    [t],
  );
}
