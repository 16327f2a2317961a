/**
 * Drives one server over N keep-alive connections, each with one request under way (no pipelining), for a stated time: as
 * fast as it answers, or with walks that begin at a stated rate however it is doing.
 */
import { Arrivals } from './arrivals.ts';
import { Connection } from './connection.ts';
import { Histogram } from './histogram.ts';
import type { Walk } from './walks.ts';

/** A server that leaves a connection without an answer this long has failed. */
const ANSWER_MS_MAX = 10_000;
/** How often it is looked whether somebody has come; what that makes a walk late is counted as the service's time. */
const ARRIVALS_EVERY_MS = 1;

export interface DriveOptions {
  readonly port: number;
  readonly connections: number;
  readonly durationMs: number;
  /** The next walk; a walk that has begun is gone to its end, on one connection. */
  readonly next: () => Walk;
  /** Stop early after so many walks. */
  readonly requestsMax?: number;
  /**
   * Walks begin at this mean rate, by chance; without it one begins wherever one has ended. A walk that no connection is
   * free for waits, and that is part of its first answer's time.
   */
  readonly arrivalsPerSecond?: number;
  /** Told of the body of every answer of the expected status; its bytes are valid during the call only. */
  readonly onBody?: (body: Buffer) => void;
}

export interface DriveResult {
  /** Walks that ended within the time, a second. */
  readonly perSecond: number;
  /** All walks, those too that ended after the time: every one that was begun has been gone to its end. */
  readonly answers: number;
  /** Requests of all walks. */
  readonly requests: number;
  /** Of single requests. */
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
  const { port, connections, durationMs, next, arrivalsPerSecond, onBody } = options;
  const walksMax = options.requestsMax ?? Number.POSITIVE_INFINITY;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const latencies = new Histogram();
  const count = { open: 0, begun: 0, walks: 0, inTime: 0, requests: 0, bodyBytes: 0 };
  const idle: Connection[] = [];
  let arrivals: Arrivals | null = null;
  let ticking: NodeJS.Timeout | undefined;
  let startedAt = 0;
  let endsAt = 0;
  let lastAt = 0;

  /** When the walk that this connection may begin is due; null: none now, undefined: none any more. */
  const dueAt = (now: number): number | null | undefined => {
    if (count.begun >= walksMax) return undefined;
    if (!arrivals) return now < endsAt ? now : undefined;
    return arrivals.take(now) ?? (arrivals.isOver ? undefined : null);
  };
  const proceed = (connection: Connection, now: number) => {
    const due = dueAt(now);
    if (due === null) return void idle.push(connection);
    if (due !== undefined) {
      count.begun++;
      connection.walk = next();
      return connection.send(connection.walk.request, due);
    }
    connection.end();
    if (--count.open === 0) resolve();
  };
  const admit = () => {
    const now = performance.now();
    try {
      // Each goes on, or is idle again: then nobody else has come either. In turn, since a server closes what never speaks.
      for (let waiting = idle.shift(); waiting; waiting = idle.shift()) {
        proceed(waiting, now);
        if (idle.at(-1) === waiting) break;
      }
    } catch (error) {
      reject(error as Error);
    }
  };
  const begin = () => {
    startedAt = performance.now();
    endsAt = startedAt + durationMs;
    if (arrivalsPerSecond !== undefined) {
      arrivals = new Arrivals(arrivalsPerSecond, startedAt, endsAt);
      ticking = setInterval(admit, ARRIVALS_EVERY_MS);
    }
    for (const connection of all) proceed(connection, startedAt);
  };
  const onOpen = () => {
    if (++count.open === connections) begin();
  };
  const onAnswer = (connection: Connection, status: number, body: Buffer) => {
    const { walk } = connection;
    if (status !== walk?.status) {
      const text = body.toString('latin1', 0, 500);
      return reject(new Error(`answered ${status} instead of ${walk?.status}: ${text || '(no body)'}`));
    }
    lastAt = performance.now();
    latencies.add(lastAt - connection.sentAt);
    count.requests++;
    count.bodyBytes = body.length;
    onBody?.(body);
    connection.walk = walk.after(body);
    if (connection.walk) return connection.send(connection.walk.request, lastAt);
    count.walks++;
    if (lastAt <= endsAt) count.inTime++;
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
    clearInterval(ticking);
    for (const connection of all) connection.destroy();
  }
  const seconds = (Math.min(lastAt, endsAt) - startedAt) / 1000;
  return {
    perSecond: count.inTime / seconds,
    answers: count.walks,
    requests: count.requests,
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
    bodyBytes: count.bodyBytes,
  };
}
