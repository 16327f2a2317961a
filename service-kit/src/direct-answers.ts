/**
 * Answers given before the router, for routes so hot that the router's work would be most of what they cost. They carry
 * the same headers, are counted, timed and logged in the same way, and fail in the same documents as all others.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import { AnswerHead } from './answer-head.ts';
import { problemHeaders, problemOf } from './error-handler.ts';
import { Outbox } from './outbox.ts';
import type { Problem } from './problem.ts';
import type { ObserveRequest } from './request-metrics.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** A request that is answered before the router. */
export interface DirectRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The route's pattern, as the router has it: the label of its metrics. */
  readonly route: string;
  readonly drop: string;
  /** By `performance.now()`. */
  readonly startedAtMs: number;
}

export interface DirectAnswers {
  /**
   * @param own name, value, name, value, …; beside content type and length, and that nobody may store it
   * @param body JSON whose characters are all below U+0100: its bytes (see {@link bytesAsText})
   */
  json(at: DirectRequest, status: number, own: readonly string[], body: string): void;
  /** What is the same for everybody. */
  prepared(at: DirectRequest, answer: PreparedAnswer): void;
  /** The problem document of whatever went wrong. */
  fail(at: DirectRequest, error: unknown): void;
}

/** Answers a request and returns true, or leaves it to the router, now or later by calling `toRouter`. */
export type AnswerFirst = (
  request: IncomingMessage,
  response: ServerResponse,
  toRouter: () => void,
) => boolean;

const HEADERS: readonly string[] = Object.entries(SECURITY_HEADERS).flat();
/** What is answered before the router is about one shopper. */
const JSON_HEADERS = [
  ...HEADERS,
  'content-type',
  'application/json; charset=utf-8',
  'cache-control',
  'no-store',
];

/** Text as its UTF-8 bytes, a character each: such a body goes out in one write with its head. */
export function bytesAsText(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** An answer that is the same for everybody, made once: a refusal (see {@link prepareRefusal}), or a page. */
export interface PreparedAnswer {
  readonly status: number;
  readonly head: AnswerHead;
  readonly body: string;
}

/** A problem document made once, for a refusal that many will get. */
export function prepareRefusal(problem: Problem): PreparedAnswer {
  const body = bytesAsText(JSON.stringify(problem));
  const headers = [...HEADERS, ...Object.entries(problemHeaders(problem)).flat()];
  return { status: problem.status, head: new AnswerHead(problem.status, headers), body };
}

export function createDirectAnswers({
  observe,
  log,
  newId,
}: {
  readonly observe: ObserveRequest;
  readonly log: FastifyBaseLogger;
  readonly newId: () => string;
}): DirectAnswers {
  const outbox = new Outbox();
  const heads = new Map<number, AnswerHead>();
  function headOf(status: number): AnswerHead {
    let head = heads.get(status);
    if (head === undefined) {
      head = new AnswerHead(status, JSON_HEADERS);
      heads.set(status, head);
    }
    return head;
  }
  /** Once the head of `at.response` is written. */
  function send(
    { request, response, route, drop, startedAtMs }: DirectRequest,
    status: number,
    body: string,
    id?: string,
  ) {
    outbox.end(response, body);
    const method = request.method ?? '';
    const ms = performance.now() - startedAtMs;
    observe({ method, route, status, ms }, () => ({ log: log.child({ reqId: id ?? newId() }), drop }));
  }
  return {
    json(at, status, own, body) {
      headOf(status).write(at.response, body.length, own);
      send(at, status, body);
    },
    prepared(at, { status, head, body }) {
      head.write(at.response, body.length);
      send(at, status, body);
    },
    fail(at, error) {
      const id = newId();
      const problem = problemOf(error, { id, log: log.child({ reqId: id }), drop: at.drop });
      const { status, head, body } = prepareRefusal(problem);
      head.write(at.response, body.length);
      send(at, status, body, id);
    },
  };
}
