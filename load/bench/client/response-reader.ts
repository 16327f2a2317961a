/**
 * Reads the answers of one connection: status and body length, no more. The client shares the machine with what it measures,
 * so it must cost a fraction of it; Node's own HTTP client costs more than a bare Fastify route does.
 */

const HEAD_END = Buffer.from('\r\n\r\n');
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;
const RETRY_AFTER = /\r\nretry-after: *(\d+)/i;

export class ResponseReader {
  #partial: Buffer | null = null;
  #body: Buffer = Buffer.alloc(0);
  #retryAfterMs: number | null = null;

  /**
   * Takes what has arrived.
   * @returns the status of the answer that is complete now, or 0 while something is missing
   * @throws Error on anything but answers of known length, one at a time
   */
  push(chunk: Buffer): number {
    const bytes = this.#partial ? Buffer.concat([this.#partial, chunk]) : chunk;
    this.#partial = null;
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd < 0) return this.#keep(bytes);
    const head = bytes.toString('latin1', 0, headEnd);
    const status = Number(head.slice(9, 12));
    if (!head.startsWith('HTTP/1.1 ') || !(status >= 200 && status < 600))
      throw new Error(`not an HTTP/1.1 answer: ${head.slice(0, 60)}`);
    const length = bodyLength(status, head);
    const end = headEnd + HEAD_END.length + length;
    if (bytes.length < end) return this.#keep(bytes);
    if (bytes.length > end) throw new Error('more arrived than was asked for');
    this.#body = bytes.subarray(headEnd + HEAD_END.length);
    const retryAfter = status === 503 || status === 429 ? RETRY_AFTER.exec(head)?.[1] : undefined;
    this.#retryAfterMs = retryAfter === undefined ? null : Number(retryAfter) * 1000;
    return status;
  }

  /** Body of the answer that `push` completed last; its bytes are valid until the next call. */
  get body(): Buffer {
    return this.#body;
  }

  /** What an answer 503 or 429 says; null for any other, and for one that does not say. */
  get retryAfterMs(): number | null {
    return this.#retryAfterMs;
  }

  #keep(bytes: Buffer): 0 {
    this.#partial = bytes;
    return 0;
  }
}

function bodyLength(status: number, head: string): number {
  if (status === 204 || status === 304) return 0;
  const length = CONTENT_LENGTH.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer ${status} without Content-Length`);
  return Number(length);
}
