/**
 * The head of answers that differ in little. Node checks and joins every header of every answer, which costs a hot route as much
 * as what it is about. Here it does so once a second, and what it wrote then, its own `Date` and `Keep-Alive` among it, is used again.
 */
import type { ServerResponse } from 'node:http';

/** What Node keeps of a head. Not part of its API: a Node that keeps it otherwise writes every head by `writeHead`. */
interface Kept {
  _header?: string | null;
  maxRequestsOnConnectionReached?: boolean;
}

/** What a header's value may not hold (RFC 9110 5.5), as Node has it. */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;
const STAYS_OPEN = '\r\nConnection: keep-alive\r\n';

export class AnswerHead {
  readonly #status: number;
  readonly #headers: readonly string[];
  /** What stands around content length and own headers; both '' until Node has written it. */
  #before = '';
  #after = '';
  #writtenAtSecond = 0;

  /** @param headers name, value, name, value, … of every answer; beside the content length */
  constructor(status: number, headers: readonly string[]) {
    this.#status = status;
    this.#headers = headers;
  }

  /**
   * As `response.writeHead` with all headers, for a response on which nothing was set before.
   * @param bytes of the body that follows
   * @param own name, value, … of headers that only this answer has
   * @throws TypeError for an own value that would end its header
   */
  write(response: ServerResponse, bytes: number, own: readonly string[] = []): void {
    const kept = response as Kept;
    const second = Math.floor(Date.now() / 1000);
    const staysOpen = response.shouldKeepAlive && kept.maxRequestsOnConnectionReached !== true;
    if (second === this.#writtenAtSecond && staysOpen) {
      response.statusCode = this.#status;
      kept._header = `${this.#before}content-length: ${bytes}\r\n${linesOf(own)}${this.#after}`;
      return;
    }
    response.writeHead(this.#status, [...this.#headers, 'content-length', String(bytes), ...own]);
    if (staysOpen) this.#keep(kept._header, `content-length: ${bytes}\r\n${linesOf(own)}`, second);
  }

  #keep(written: string | null | undefined, varying: string, second: number): void {
    const [before, after, ...more] = written?.split(varying) ?? [];
    if (before === undefined || after === undefined || more.length > 0) return;
    if (!`\r\n${after}`.includes(STAYS_OPEN)) return;
    this.#before = before;
    this.#after = after;
    this.#writtenAtSecond = second;
  }
}

function linesOf(headers: readonly string[]): string {
  let lines = '';
  for (let at = 0; at < headers.length; at += 2) {
    const value = headers[at + 1] as string;
    if (UNSENDABLE.test(value)) throw new TypeError(`header ${headers[at]} holds what no header may`);
    lines += `${headers[at]}: ${value}\r\n`;
  }
  return lines;
}
