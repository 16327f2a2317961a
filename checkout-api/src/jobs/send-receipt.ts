/**
 * Sends the confirmation of an order, which is its receipt as well, in the shopper's language. A mail that fails is sent by the job's
 * next try; one whose sending nobody could write down goes out a second time under the same id, by which mail programs show it once.
 */
import type { MailAddress, NotificationProvider } from '@sluice/service-kit';
import { receiptText } from '../domain/receipt-text.ts';
import type { ReceiptStore } from '../store/receipts.ts';

export interface SendReceiptOptions {
  receipts: Pick<ReceiptStore, 'find' | 'forget'>;
  /** Undefined: this installation sends no mail (any more). */
  mail: NotificationProvider<MailAddress> | undefined;
}

/** @throws when it could not be handed over: the job is tried again */
export async function sendReceipt(
  { orderId }: { orderId: string },
  { receipts, mail }: SendReceiptOptions,
): Promise<void> {
  const receipt = await receipts.find(orderId);
  if (receipt === undefined) return;
  if (mail === undefined) throw new Error('this installation sends no mail any more');
  await mail.send({ by: 'mail', to: receipt.address }, { ...receiptText(receipt), id: `order-${orderId}` });
  await receipts.forget(orderId);
}
