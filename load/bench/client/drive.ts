/** Drives one server over N keep-alive connections, each with one request under way (no pipelining), for a stated time. */
import { Connection } from './connection.ts';
import { Histogram } from './histogram.ts';

/** A server that leaves a connection without an answer this long has failed. */
const ANSWER_MS_MAX = 10_000;

export interface DriveOptions {
  readonly port: number;
  readonly connections: number;
  readonly durationMs: number;
  readonly expectedStatus: number;
  readonly next: () => string;
  /** Stop early after so many requests. */
  readonly requestsMax?: number;
  /** Told of the body of every answer of the expected status; its bytes are valid during the call only. */
  readonly onBody?: (body: Buffer) => void;
}

export interface DriveResult {
  /** Answers within the time, a second. */
  readonly perSecond: number;
  /** All answers, those too that came after the time: every request that was sent has been answered. */
  readonly answers: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the last answer. */
  readonly bodyBytes: number;
}

/**
 * The clock starts when all connections stand, and every request sent is waited for.
 * @throws Error on a status that is not expected, a connection that fails, or an answer that does not come
 */
export async function drive(options: DriveOptions): Promise<DriveResult> {
  const { port, connections, durationMs, expectedStatus, next, onBody } = options;
  const requestsMax = options.requestsMax ?? Number.POSITIVE_INFINITY;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const latencies = new Histogram();
  const count = { open: 0, sent: 0, answers: 0, inTime: 0, bodyBytes: 0 };
  let startedAt = 0;
  let endsAt = 0;
  let lastAt = 0;

  const proceed = (connection: Connection, now: number) => {
    if (now < endsAt && count.sent < requestsMax) {
      count.sent++;
      return connection.send(next(), now);
    }
    connection.end();
    if (--count.open === 0) resolve();
  };
  const begin = () => {
    startedAt = performance.now();
    endsAt = startedAt + durationMs;
    for (const connection of all) proceed(connection, startedAt);
  };
  const onOpen = () => {
    if (++count.open === connections) begin();
  };
  const onAnswer = (connection: Connection, status: number, body: Buffer) => {
    if (status !== expectedStatus) {
      const text = body.toString('latin1', 0, 500);
      return reject(new Error(`answered ${status} instead of ${expectedStatus}: ${text || '(no body)'}`));
    }
    lastAt = performance.now();
    latencies.add(lastAt - connection.sentAt);
    count.answers++;
    if (lastAt <= endsAt) count.inTime++;
    count.bodyBytes = body.length;
    onBody?.(body);
    proceed(connection, lastAt);
  };
  const all = Array.from(
    { length: connections },
    () => new Connection(port, { onOpen, onAnswer, onFault: reject }),
  );
  const limit = setTimeout(
    () => reject(new Error(`${count.open} connections had no answer for ${ANSWER_MS_MAX / 1000} s`)),
    durationMs + ANSWER_MS_MAX,
  );
  try {
    await promise;
  } finally {
    clearTimeout(limit);
    for (const connection of all) connection.destroy();
  }
  const seconds = (Math.min(lastAt, endsAt) - startedAt) / 1000;
  return {
    perSecond: count.inTime / seconds,
    answers: count.answers,
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
    bodyBytes: count.bodyBytes,
  };
}
