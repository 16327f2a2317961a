/**
 * Group commit: requests that arrive while the previous batch is with Postgres, or in the same turn of the event loop,
 * go together in one statement and one commit. A request on a quiet system waits for nobody. Knows nothing of what it
 * carries.
 */
import { isRefusedInput } from './postgres-errors.ts';

/** Thrown instead of queueing without end: the caller sheds the request (503 with Retry-After). */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
}

export interface BatcherOptions<Request, Answer> {
  /** Requests in one statement at most. */
  sizeMax: number;
  /** Requests waiting for their batch at most; the next one is shed. */
  waitingMax: number;
  /** A request that has waited longer than this for its batch is shed: its client has given up or soon will. */
  waitMaxMs: number;
  /** Decides a batch. Answers stand in the order of the requests. */
  run: (requests: Request[]) => Promise<Answer[]>;
  /** Told of every batch that was answered. */
  observe?: (size: number, seconds: number) => void;
}

export interface Batcher<Request, Answer> {
  /** @throws OverloadedError when too many wait, or this one waited too long */
  submit(request: Request): Promise<Answer>;
  /** How many wait for their batch now. */
  readonly waiting: number;
}

interface Waiting<Request, Answer> {
  request: Request;
  since: number;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/** Makes a batcher; one batch at a time is in flight. */
export function createBatcher<Request, Answer>(
  options: BatcherOptions<Request, Answer>,
): Batcher<Request, Answer> {
  const { sizeMax, waitingMax, waitMaxMs, run, observe } = options;
  let queue: Waiting<Request, Answer>[] = [];
  let busy = false;

  async function decide(batch: Waiting<Request, Answer>[]): Promise<void> {
    const startedAt = performance.now();
    try {
      const answers = await run(batch.map((waiting) => waiting.request));
      observe?.(batch.length, (performance.now() - startedAt) / 1000);
      for (const [at, waiting] of batch.entries()) waiting.resolve(answers[at] as Answer);
    } catch (error) {
      // A value that Postgres refuses must not take its neighbours down: nothing was committed, so decide one by one.
      if (batch.length > 1 && isRefusedInput(error)) for (const waiting of batch) await decide([waiting]);
      else for (const waiting of batch) waiting.reject(error);
    }
  }

  function takeBatch(): Waiting<Request, Answer>[] {
    const oldest = performance.now() - waitMaxMs;
    const batch: Waiting<Request, Answer>[] = [];
    let taken = 0;
    while (taken < queue.length && batch.length < sizeMax) {
      const waiting = queue[taken++] as Waiting<Request, Answer>;
      if (waiting.since < oldest) waiting.reject(new OverloadedError('waited too long for its batch'));
      else batch.push(waiting);
    }
    queue = taken === queue.length ? [] : queue.slice(taken);
    return batch;
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const batch = takeBatch();
      if (batch.length > 0) await decide(batch);
    }
    busy = false;
  }

  return {
    submit(request) {
      if (queue.length >= waitingMax) return Promise.reject(new OverloadedError('too many requests wait'));
      return new Promise((resolve, reject) => {
        queue.push({ request, since: performance.now(), resolve, reject });
        if (busy) return;
        busy = true;
        // setImmediate runs when this turn's sockets have been read: what arrived together goes together.
        setImmediate(drain);
      });
    },
    get waiting() {
      return queue.length;
    },
  };
}
