/** What each kind of job does; jobs are added by the business transactions that need them. */
import type { TaskList } from 'graphile-worker';
import { type SendReceiptOptions, sendReceipt } from '../jobs/send-receipt.ts';
import { type ApplyEventOptions, applyProviderEvent } from '../payments/apply-event.ts';
import { type RefundsOptions, settleRefund } from '../payments/refunds.ts';

declare global {
  namespace GraphileWorker {
    /** Payloads, as the functions of migrations/ write them. */
    interface Tasks {
      settle_refund: { refundId: string };
      send_receipt: { orderId: string };
      apply_provider_event: { provider: string; eventId: string };
    }
  }
}

export interface TasksOptions {
  refunds: RefundsOptions;
  receipts: SendReceiptOptions;
  providerEvents: ApplyEventOptions;
}

export function createTasks({ refunds, receipts, providerEvents }: TasksOptions): TaskList {
  return {
    settle_refund: ({ refundId }) => settleRefund(refundId, refunds),
    send_receipt: (order) => sendReceipt(order, receipts),
    apply_provider_event: (event) => applyProviderEvent(event, providerEvents),
  };
}
