/**
 * Event streams of those near the front (2.3, Q22): one entry per open response, gone over in slices as soon as the views have
 * been read again, so that news is told at once and 15,000 streams never hold the event loop up. What a stream says is what
 * `GET …/ticket` says, and the drop's stock whenever it changes; beyond the frontier it costs Redis nothing.
 */
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { bytesAsText } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import { type OwnPicture, ownPicture, pictureBeyondFrontier } from '../admission/own-status.ts';
import type { HeldTicket } from '../admission/tickets.ts';
import { worthTelling } from '../domain/worth-telling.ts';
import type { DropView, Queue, StockPicture } from '../queue/queue.ts';
import { statusText } from './status-text.ts';
import { StockWatch } from './stock-watch.ts';

/** Streams gone over in one turn of the event loop: some 5 ms. */
const SLICE = 250;
/** A line of proxies may close what is silent for a minute or two. */
const HEARTBEAT_MS = 15_000;
/** Nothing more is written to a reader that is behind, so it costs one event at most; after so long it polls instead. */
const BEHIND_MS_MAX = 5000;
/** Checked-in and called tickets are looked up in Redis no more often than their page would poll. */
const LOOK_UP_MS = 2000;
/** While closing, clients come back over this span, so that the other instances do not meet them all at once. */
const RECONNECT_SPREAD_MS = 10_000;

export interface StreamHubOptions {
  readonly queue: Queue;
  /** Streams of this instance at most; 15,000 take some 250 MB. */
  readonly streamsMax: number;
  readonly log: FastifyBaseLogger;
}

interface Stream {
  readonly drop: string;
  readonly ticket: HeldTicket;
  readonly response: ServerResponse;
  /** The last picture's text without its instants, which change each second. */
  said: string;
  ahead: number | null;
  /** Version of the stock it was told of last. */
  stockVersion: string | null;
  writtenAtMs: number;
  lookedUpAtMs: number;
  /** Since when what was written has not all been taken; Infinity for a reader that keeps up. */
  behindSinceMs: number;
  /** True once the head of the response has gone, with the first event. */
  isBegun: boolean;
}

export type Opening = 'opened' | 'full';

export class StreamHub {
  readonly #options: StreamHubOptions;
  readonly #streams = new Set<Stream>();
  readonly #stock: StockWatch;
  readonly #shared = new WeakMap<DropView, string>();
  readonly #stockEvents = new WeakMap<StockPicture, string>();
  #isRunning = false;
  #closed = false;

  constructor(options: StreamHubOptions) {
    this.#options = options;
    this.#stock = new StockWatch({ queue: options.queue, tell: (drop) => this.#tellStock(drop) });
    options.queue.onRefreshed(() => this.#begin());
  }

  get size(): number {
    return this.#streams.size;
  }

  get isFull(): boolean {
    return this.#closed || this.#streams.size >= this.#options.streamsMax;
  }

  /** Takes a response over whose head has been written; the first picture follows at once. */
  add(drop: string, ticket: HeldTicket, response: ServerResponse): void {
    const now = performance.now();
    const stream: Stream = {
      ...{ drop, ticket, response, said: '', ahead: null, stockVersion: null },
      writtenAtMs: now,
      lookedUpAtMs: -Infinity,
      behindSinceMs: Infinity,
      isBegun: false,
    };
    this.#streams.add(stream);
    this.#stock.add(drop);
    // The socket's, not the response's: that one knows only of what was written through it. It may outlive this stream.
    const { socket } = response.req;
    const keepsUp = () => {
      stream.behindSinceMs = Infinity;
    };
    socket.on('drain', keepsUp);
    const gone = () => {
      socket.off('drain', keepsUp);
      this.#forget(stream);
    };
    response.on('close', gone);
    response.on('error', gone);
    this.#tell(stream);
  }

  /** Sends everyone elsewhere, spread over seconds. */
  close(): void {
    this.#closed = true;
    this.#stock.close();
    for (const { response } of this.#streams) {
      response.end(
        `retry: ${Math.round(500 + Math.random() * RECONNECT_SPREAD_MS)}\nevent: reconnect\ndata: {}\n\n`,
      );
    }
    this.#streams.clear();
  }

  #forget(stream: Stream): void {
    if (this.#streams.delete(stream)) this.#stock.remove(stream.drop);
  }

  /** One round at a time: one that takes longer than a refresh leaves the next one out. */
  #begin(): void {
    if (this.#isRunning || this.#closed) return;
    this.#isRunning = true;
    this.#round()
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'streams could not be gone over'))
      .finally(() => {
        this.#isRunning = false;
      });
  }

  async #round(): Promise<void> {
    let inSlice = 0;
    for (const stream of this.#streams) {
      this.#tell(stream);
      if (++inSlice % SLICE === 0) await nextTurn();
      if (this.#closed) return;
    }
  }

  /** One stream: what changed, a heartbeat, or nothing. */
  #tell(stream: Stream): void {
    const { queue } = this.#options;
    const now = performance.now();
    if (stream.behindSinceMs !== Infinity) {
      if (now - stream.behindSinceMs > BEHIND_MS_MAX) stream.response.destroy();
      return;
    }
    const view = queue.view(stream.drop);
    if (view === undefined) return;
    const picture = pictureBeyondFrontier(queue, view, stream.ticket);
    if (picture !== null) this.#say(stream, view, picture);
    else void this.#lookUp(stream, view, now);
    this.#sayStock(stream);
    if (now - stream.writtenAtMs > HEARTBEAT_MS && this.#streams.has(stream))
      this.#write(stream, ': still here\n\n');
  }

  async #tellStock(drop: string): Promise<void> {
    let inSlice = 0;
    for (const stream of this.#streams) {
      if (stream.drop !== drop) continue;
      this.#sayStock(stream);
      if (++inSlice % SLICE === 0) await nextTurn();
      if (this.#closed) return;
    }
  }

  /** Who is behind hears of it once they have caught up: then it is the newest. */
  #sayStock(stream: Stream): void {
    const picture = this.#stock.picture(stream.drop);
    if (picture === null || picture.version === stream.stockVersion) return;
    if (stream.behindSinceMs !== Infinity || !this.#streams.has(stream)) return;
    stream.stockVersion = picture.version;
    this.#write(stream, this.#stockEventOf(picture));
  }

  /** The same text for everybody, made once. */
  #stockEventOf(picture: StockPicture): string {
    let event = this.#stockEvents.get(picture);
    if (event === undefined) {
      event = `event: stock\ndata: ${bytesAsText(picture.json)}\n\n`;
      this.#stockEvents.set(picture, event);
    }
    return event;
  }

  /**
   * Behind the head a body without chunks is what its socket is given. Through the response each write would be put aside until
   * the end of the turn, which costs a third of it.
   * @param text its bytes, a character each: that is what a socket takes quickest
   */
  #write(stream: Stream, text: string): void {
    const { response, isBegun } = stream;
    stream.writtenAtMs = performance.now();
    stream.isBegun = true;
    // Without a socket it stands behind another answer of its connection, or is gone.
    const way: Writable = isBegun && response.socket !== null ? response.socket : response;
    if (!way.write(text, 'latin1')) stream.behindSinceMs = Math.min(stream.behindSinceMs, stream.writtenAtMs);
  }

  /** At or before the frontier one read decides; an unreachable Redis says nothing new. */
  async #lookUp(stream: Stream, view: DropView, now: number): Promise<void> {
    if (now - stream.lookedUpAtMs < LOOK_UP_MS) return;
    stream.lookedUpAtMs = now;
    const picture = await ownPicture(this.#options.queue, view, stream.ticket).catch(() => null);
    if (picture !== null && this.#streams.has(stream)) this.#say(stream, view, picture);
  }

  #say(stream: Stream, view: DropView, picture: OwnPicture): void {
    if (picture.is !== 'status') {
      const data = picture.is === 'spent' ? { reason: picture.reason } : {};
      stream.response.end(`event: ${picture.is}\ndata: ${JSON.stringify(data)}\n\n`);
      this.#forget(stream);
      return;
    }
    const { status } = picture;
    const { state, callExpiresAt, ahead } = status;
    const said = `${this.#sharedOf(view)} ${state} ${callExpiresAt !== null}`;
    if (said === stream.said && !worthTelling(stream.ahead, ahead)) return;
    stream.said = said;
    stream.ahead = ahead;
    this.#write(stream, `event: status\ndata: ${statusText(view, status)}\n\n`);
  }

  /** What of a picture is everybody's, as text: made once for each view, not for each stream. */
  #sharedOf(view: DropView): string {
    let shared = this.#shared.get(view);
    if (shared === undefined) {
      const { phase, mapGeneration, gateGeneration, epoch, page } = view;
      // The generations that numbers are told with: the newest may be ahead of the map (Q21).
      shared = JSON.stringify([phase, mapGeneration, gateGeneration, epoch, page.message]);
      this.#shared.set(view, shared);
    }
    return shared;
  }
}
