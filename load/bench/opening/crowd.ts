/**
 * A crowd at an opening, in an open model: everybody comes at a time of their own, however the room is doing. Who is sent away
 * comes back after `Retry-After`; who is told a cadence keeps to it.
 */
import { createCollector } from '../client/collector.ts';
import { Connection } from '../client/connection.ts';
import { createRequests, loadRequests } from '../client/requests.ts';
import { quantileOf, rounded } from '../statistics.ts';
import { Agenda } from './agenda.ts';
import type { CrowdOrder, CrowdResult } from './orders.ts';

const PUBLIC_NUMBER_CHARS = 43;
/** Connections being opened at once: fewer than a listener's backlog. */
const OPENING = 100;
const LOOK_MS = 1;
/** Share of an exponential that lies within five means. */
const COMING = 1 - Math.exp(-5);

interface Shopper {
  readonly n: number;
  readonly cameAt: number;
  tries: number;
  isServed: boolean;
}

export class Crowd {
  readonly #order: CrowdOrder;
  readonly #requestAt: (n: number) => string;
  readonly #idle: Connection[] = [];
  readonly #waiting: Shopper[] = [];
  readonly #asking = new Map<Connection, Shopper>();
  readonly #over = Promise.withResolvers<void>();
  readonly #collector;
  readonly #latenciesMs: number[] = [];
  readonly #statuses: Record<string, number> = {};
  #all: Connection[] = [];
  #agenda = new Agenda<Shopper>(0);
  #openedAt = 0;
  #lastServedAt = 0;
  #servedAtFirst = 0;

  constructor(order: CrowdOrder) {
    this.#order = order;
    this.#requestAt = createRequests(loadRequests(order.requestsFile));
    this.#over.promise.catch(() => {}); // told by whatever waits at that moment
    const { collectFile } = order;
    this.#collector =
      collectFile === undefined
        ? null
        : createCollector({ file: collectFile, field: 'publicNumber', length: PUBLIC_NUMBER_CHARS });
  }

  /** Resolves when all connections stand. */
  async gather(): Promise<void> {
    const { ports, connections } = this.#order;
    let opened = 0;
    const row = async () => {
      while (opened < connections) await this.#open(ports[opened++ % ports.length] as number);
    };
    await Promise.all(Array.from({ length: OPENING }, row));
  }

  /** Waits for the opening and lets everybody come. @throws Error on an answer that nobody should get, or a broken connection */
  async come(): Promise<CrowdResult> {
    const { shoppers, opensAtMs, endsAtMs, comeWithin } = this.#order;
    const now = performance.now();
    this.#openedAt = now + opensAtMs - Date.now();
    this.#agenda = new Agenda(this.#openedAt);
    for (let n = 0; n < shoppers; n++) {
      const afterMs =
        'meanMs' in comeWithin
          ? -Math.log(1 - Math.random() * COMING) * comeWithin.meanMs
          : Math.random() * comeWithin.spreadMs;
      const cameAt = this.#openedAt + afterMs;
      this.#agenda.add(cameAt, { n, cameAt, tries: 0, isServed: false });
    }
    const looking = setInterval(() => this.#look(), LOOK_MS);
    const ending = setTimeout(() => this.#over.resolve(), endsAtMs - Date.now());
    try {
      await this.#over.promise;
    } finally {
      clearInterval(looking);
      clearTimeout(ending);
      for (const connection of this.#all) connection.destroy();
      this.#collector?.close();
    }
    return this.#result();
  }

  #result(): CrowdResult {
    const latencies = this.#latenciesMs;
    return {
      shoppers: this.#order.shoppers,
      served: latencies.length,
      servedAtFirst: this.#servedAtFirst,
      p50Ms: latencies.length > 0 ? rounded(quantileOf(latencies, 0.5)) : Number.NaN,
      p99Ms: latencies.length > 0 ? rounded(quantileOf(latencies, 0.99)) : Number.NaN,
      lastServedMs: Math.round(this.#lastServedAt - this.#openedAt),
      statuses: this.#statuses,
    };
  }

  #open(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const connection = new Connection(port, {
        onOpen: () => {
          this.#idle.push(connection);
          resolve();
        },
        onAnswer: (_, status, body) => this.#take(connection, status, body),
        onFault: (error) => {
          reject(error);
          // A server may close what has been idle for a minute; nobody is waiting there.
          const at = this.#idle.indexOf(connection);
          if (at >= 0) this.#idle.splice(at, 1);
          else this.#over.reject(error);
        },
      });
      this.#all.push(connection);
    });
  }

  #look(): void {
    const now = performance.now();
    this.#waiting.push(...this.#agenda.take(now));
    const able = Math.min(this.#idle.length, this.#waiting.length);
    for (const shopper of this.#waiting.splice(0, able)) this.#ask(shopper, now);
  }

  #ask(shopper: Shopper, now: number): void {
    // The one that has been idle longest: all are used, and all instances alike.
    const connection = this.#idle.shift() as Connection;
    shopper.tries++;
    this.#asking.set(connection, shopper);
    connection.send(this.#requestAt(shopper.n), now);
  }

  /** @throws Error on an answer that nobody should get */
  #take(connection: Connection, status: number, body: Buffer): void {
    const now = performance.now();
    const shopper = this.#asking.get(connection) as Shopper;
    this.#asking.delete(connection);
    this.#idle.push(connection);
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (status === 503 || status === 429) {
      const { retryAfterMs } = connection;
      if (retryAfterMs === null) throw new Error(`an answer ${status} without Retry-After`);
      this.#agenda.add(now + retryAfterMs * (1 + Math.random() / 10), shopper);
    } else if (this.#order.wants === 'join') {
      if (status !== 200 && status !== 201)
        throw new Error(`a join was answered ${status}: ${body.toString('latin1', 0, 300)}`);
      this.#serve(shopper, now);
      this.#collector?.take(body);
      if (this.#latenciesMs.length === this.#order.shoppers) this.#over.resolve();
    } else {
      if (status !== 200)
        throw new Error(`a place was answered ${status}: ${body.toString('latin1', 0, 300)}`);
      const { position, pollAfterMs } = JSON.parse(body.toString()) as {
        position: number | null;
        pollAfterMs: number;
      };
      if (position !== null && !shopper.isServed) this.#serve(shopper, now);
      this.#agenda.add(now + pollAfterMs * (0.9 + Math.random() * 0.2), shopper);
    }
  }

  #serve(shopper: Shopper, now: number): void {
    shopper.isServed = true;
    if (shopper.tries === 1) this.#servedAtFirst++;
    this.#lastServedAt = now;
    this.#latenciesMs.push(now - shopper.cameAt);
  }
}
