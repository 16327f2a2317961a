/**
 * Answers of one event-loop turn, sent together: whoever reads them is woken once instead of for each, which costs both sides
 * more than the writing itself.
 */
import type { ServerResponse } from 'node:http';

export class Outbox {
  #waiting: { readonly response: ServerResponse; readonly body: string | undefined }[] = [];

  /**
   * Ends a response at the end of this turn. Its head must have been given by `writeHead`.
   * @param body its bytes, a character each; undefined for none
   */
  end(response: ServerResponse, body: string | undefined): void {
    if (this.#waiting.push({ response, body }) === 1) setImmediate(() => this.#send());
  }

  #send(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (const { response, body } of all) response.end(body, 'latin1');
  }
}
