/** What the checkout does in the background, by the names of its tasks: each has words, `webhooks.task-<name>`. */
export const TASKS = ['settle_refund', 'apply_provider_event', 'send_receipt', 'deliver_event'] as const;

export const isKnownTask = (task: string): task is (typeof TASKS)[number] =>
  (TASKS as readonly string[]).includes(task);
