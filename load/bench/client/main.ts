/** The client as a process of its own: takes orders over IPC, one at a time, and answers each. */
import { createCollector } from './collector.ts';
import { drive } from './drive.ts';
import type { ClientAnswer, ClientOrder } from './orders.ts';
import { createRequests, loadRequests } from './requests.ts';

const sources = new Map<string, (n: number) => string>();
/** Counts on over all orders, so that no two requests of a run have the same number. */
let count = 0;

process.on('message', (order: ClientOrder) => {
  void obey(order).then(
    (result) => process.send?.({ ok: true, result } satisfies ClientAnswer),
    (error: Error) => process.send?.({ ok: false, message: error.message } satisfies ClientAnswer),
  );
});
process.on('disconnect', () => process.exit());

async function obey({ requestsFile, collect, ...options }: ClientOrder) {
  let requestAt = sources.get(requestsFile);
  if (!requestAt) {
    requestAt = createRequests(loadRequests(requestsFile));
    sources.set(requestsFile, requestAt);
  }
  const source = requestAt;
  const collector = collect && createCollector(collect);
  try {
    return await drive({
      ...options,
      next: () => source(count++),
      ...(collector && { onBody: collector.take }),
    });
  } finally {
    collector?.close();
  }
}
