/** What each kind of job does; jobs are added by the business transactions that need them. */
import type { TaskList } from 'graphile-worker';
import { type RefundsOptions, settleRefund } from '../payments/refunds.ts';

declare global {
  namespace GraphileWorker {
    /** Payloads, as the functions of migrations/ write them. */
    interface Tasks {
      settle_refund: { refundId: string };
    }
  }
}

export interface TasksOptions {
  refunds: RefundsOptions;
}

export function createTasks({ refunds }: TasksOptions): TaskList {
  return {
    settle_refund: ({ refundId }) => settleRefund(refundId, refunds),
  };
}
