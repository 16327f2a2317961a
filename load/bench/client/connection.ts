/** One keep-alive connection of the client: sends one request, hands over its answer, is told to send the next. */
import { connect, type Socket } from 'node:net';
import { ResponseReader } from './response-reader.ts';
import type { Walk } from './walks.ts';

export interface ConnectionEvents {
  readonly onOpen: () => void;
  /** `body` is valid during the call only; what this throws becomes a fault. */
  readonly onAnswer: (connection: Connection, status: number, body: Buffer) => void;
  /** The connection failed or was closed by the server. */
  readonly onFault: (error: Error) => void;
}

export class Connection {
  /** When the request under way was sent, or should have been, by `performance.now()`. */
  sentAt = 0;
  /** What is under way; null between walks. */
  walk: Walk | null = null;
  readonly #socket: Socket;
  readonly #reader = new ResponseReader();

  constructor(port: number, { onOpen, onAnswer, onFault }: ConnectionEvents) {
    const reader = this.#reader;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('connect', onOpen);
    this.#socket.on('error', (error) => onFault(new Error(`a connection failed: ${error.message}`)));
    this.#socket.on('close', () => onFault(new Error('the server closed a connection')));
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        const status = reader.push(chunk);
        if (status !== 0) onAnswer(this, status, reader.body);
      } catch (error) {
        onFault(error as Error);
      }
    });
  }

  send(request: string, now: number): void {
    this.sentAt = now;
    this.#socket.write(request, 'latin1');
  }

  /** Of the last answer, where it said that the request should come again. */
  get retryAfterMs(): number | null {
    return this.#reader.retryAfterMs;
  }

  /** Closes in order; no event follows. */
  end(): void {
    this.#socket
      .removeAllListeners('close')
      .removeAllListeners('error')
      .on('error', () => {});
    this.#socket.end();
  }

  /** Closes at once; no event follows. */
  destroy(): void {
    this.#socket.removeAllListeners().on('error', () => {});
    this.#socket.destroy();
  }
}
