/**
 * The event stream of a shopper near the front (Q22). A room without headroom says "poll instead", which a browser sees as
 * a refusal: the page goes on polling, and tries again minutes later.
 */
import type { Answer, Stock } from './page.ts';

/** Streams are for so many; the room decides in the end. */
const NEAR_FRONT = 10_000;
const REFUSED_MS = 120_000;
/** An instance that closes has thousands of streams: they come back over this span. */
const RECONNECT_SPREAD_MS = 10_000;

export interface OwnStreamOptions {
  readonly heard: (status: Answer) => void;
  readonly heardStock: (stock: Stock) => void;
  /** The stream is over and it is time to look for oneself. */
  readonly ended: () => void;
}

export function createOwnStream(api: string, { heard, heardStock, ended }: OwnStreamOptions) {
  let source: EventSource | null = null;
  let notBeforeMs = 0;
  let afterwards = 0;

  function close(): void {
    clearTimeout(afterwards);
    source?.close();
    source = null;
  }

  function open(ahead: number): void {
    if (source || ahead > NEAR_FRONT || Date.now() < notBeforeMs || !globalThis.EventSource) return;
    source = new EventSource(`${api}stream`);
    let answered = false;
    source.addEventListener('status', (event) => {
      answered = true;
      heard(JSON.parse(event.data));
    });
    source.addEventListener('stock', (event) => heardStock(JSON.parse(event.data)));
    const over = (waitMs: number, refusedMs = 0) => {
      close();
      notBeforeMs = Date.now() + refusedMs;
      afterwards = window.setTimeout(ended, waitMs);
    };
    // Browsers come back by themselves, all at the same moment: not here.
    for (const name of ['reconnect', 'error'])
      source.addEventListener(name, () =>
        answered
          ? over(500 + Math.random() * RECONNECT_SPREAD_MS)
          : over(2000 + Math.random() * 2000, REFUSED_MS),
      );
    // What became of a place that is gone is asked for once more, with its reason.
    for (const name of ['spent', 'unknown']) source.addEventListener(name, () => over(0));
  }

  return {
    open,
    close,
    get isOpen() {
      return source !== null;
    },
  };
}
