/**
 * What the room says publicly about the drop: stock and pulse. Asked at most once a second for all visitors together;
 * a shop without these facts still shows its page.
 */

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly priceMinor: number;
  readonly available: number;
}

export interface Stock {
  readonly currency: string;
  readonly products: readonly Product[];
}

export interface Pulse {
  readonly phase: string;
  readonly opensAt: string | null;
  readonly waiting?: number;
}

export interface RoomFacts {
  /** The last stock known, or null if there was none yet. @param of a copy of the drop, in a rehearsal */
  stock(of?: string): Promise<Stock | null>;
  pulse(): Promise<Pulse | null>;
}

const FRESH_MS = 1000;
const TIMEOUT_MS = 1500;

export function createRoomFacts(roomUrl: string, drop: string): RoomFacts {
  const stockOf = (id: string) => createReader<Stock>(`${roomUrl}/v1/drops/${id}/products`);
  const own = stockOf(drop);
  let copy = { id: '', read: own };
  return {
    stock(of = drop) {
      if (of === drop) return own();
      // There is one rehearsal at a time.
      if (copy.id !== of) copy = { id: of, read: stockOf(of) };
      return copy.read();
    },
    pulse: createReader<Pulse>(`${roomUrl}/v1/drops/${drop}/pulse`),
  };
}

function createReader<Fact>(url: string): () => Promise<Fact | null> {
  let last: Fact | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (response.ok) last = (await response.json()) as Fact;
      else await response.body?.cancel();
    } catch {
      // The room may be down while the shop is not: the last known fact stays.
    } finally {
      asking = undefined;
    }
  }

  return async () => {
    if (!asking && performance.now() - askedAt >= FRESH_MS) {
      askedAt = performance.now();
      asking = ask();
    }
    await asking;
    return last;
  };
}
