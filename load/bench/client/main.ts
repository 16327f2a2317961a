/** The client as a process of its own: takes orders over IPC, one at a time, and answers each. */
import { createCollector } from './collector.ts';
import { drive } from './drive.ts';
import type { ClientAnswer, ClientOrder } from './orders.ts';
import { createRequests, loadRequests } from './requests.ts';
import { loadWalks, type Walk } from './walks.ts';

const requestSources = new Map<string, (n: number) => string>();
/** Walks are many and each is gone once: only the last file is kept. */
let walks: { readonly file: string; readonly next: (n: number) => Walk } | undefined;
/** Counts on over all orders, so that no two walks of a run have the same number. */
let count = 0;

process.on('message', (order: ClientOrder) => {
  void obey(order).then(
    (result) => process.send?.({ ok: true, result } satisfies ClientAnswer),
    (error: Error) => process.send?.({ ok: false, message: error.message } satisfies ClientAnswer),
  );
});
process.on('disconnect', () => process.exit());

async function obey(order: ClientOrder) {
  const { collect, ...options } = order;
  const source = 'walksFile' in order ? walksOf(order.walksFile) : singleRequests(order);
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

function singleRequests({
  requestsFile,
  expectedStatus: status,
}: Extract<ClientOrder, { requestsFile: string }>): (n: number) => Walk {
  let requestAt = requestSources.get(requestsFile);
  if (!requestAt) {
    requestAt = createRequests(loadRequests(requestsFile));
    requestSources.set(requestsFile, requestAt);
  }
  const source = requestAt;
  const after = () => null;
  return (n) => ({ request: source(n), status, after });
}

function walksOf(file: string): (n: number) => Walk {
  if (walks?.file !== file) {
    walks = undefined; // its memory goes before the next file's comes
    walks = { file, next: loadWalks(file) };
  }
  return walks.next;
}
