/**
 * Tells the waiting room what it needs to know, over its service routes. Each call goes to the first room that answers;
 * every call has a time-out, and whoever calls repeats it later.
 */
import type { CapacityReading, EndedSession } from '../store/reports.ts';

/** A room that takes longer is not asked again in this round; the next one is a second away. */
const timeoutMs = 2000;

/** `gone`: the room has no such drop (any more), so there is nobody left to tell. */
export type Delivery = 'delivered' | 'gone';

/** How the reporting instance is doing (Q30), beside what can be sold. */
export interface ReportedVitals {
  latencyMs: number;
  errorRate: number;
  /** Of the payment provider. */
  breaker: 'closed' | 'half-open' | 'open';
  /** How long a request waits for a connection to Postgres. */
  poolWaitMs: number;
}

export interface RoomClient {
  /** @throws Error when no room took it */
  reportCapacity(
    drop: string,
    report: Omit<CapacityReading, 'openedIds'> & ReportedVitals,
  ): Promise<Delivery>;
  /** At most 500 sessions. @throws Error when no room took them */
  reportEnded(drop: string, sessions: EndedSession[]): Promise<Delivery>;
}

export function createRoomClient(options: {
  urls: readonly string[];
  serviceToken: string;
  fetch?: typeof globalThis.fetch;
}): RoomClient {
  const { urls, serviceToken, fetch = globalThis.fetch } = options;

  async function post(path: string, body: unknown): Promise<Delivery> {
    const failures: string[] = [];
    for (const url of urls) {
      try {
        const response = await fetch(new URL(path, url), {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${serviceToken}` },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(timeoutMs),
        });
        await response.body?.cancel();
        if (response.ok) return 'delivered';
        if (response.status === 404 || response.status === 410) return 'gone';
        failures.push(`${url} answered ${response.status}`);
      } catch (error) {
        failures.push(`${url}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    throw new Error(`no room took ${path}: ${failures.join('; ')}`);
  }

  return {
    reportCapacity: (drop, report) => post(`/v1/drops/${drop}/capacity`, report),
    reportEnded: (drop, sessions) => post(`/v1/drops/${drop}/sessions/ended`, { sessions }),
  };
}
