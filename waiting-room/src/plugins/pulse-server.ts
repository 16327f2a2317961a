/**
 * Answers the pulse before the router: it is the one document that everybody polls, the same bytes for all, so that the
 * router's work for it would be most of its cost (measured: 0.71-0.95 of a bare route inside, 1.10 outside).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AnswerHead, Outbox, rawHeader } from '@sluice/service-kit';
import type { DropView, Queue } from '../queue/queue.ts';

const PREFIX = '/v1/drops/';
const SUFFIX = '/pulse';

/**
 * New every second; for a second more a cache may answer with the old one while it fetches, so that none is ever more than
 * two seconds behind. While no instance answers, the last picture is better than none.
 */
export const PULSE_CACHE_CONTROL =
  'public, max-age=1, s-maxage=1, stale-while-revalidate=1, stale-if-error=60';

export interface PulseServerOptions {
  readonly queue: Pick<Queue, 'view'>;
  /** False when a client's address has used up its share. */
  readonly admit: (request: IncomingMessage) => boolean;
  readonly count: (outcome: 'sent' | 'unchanged') => void;
}

/** Answers `request` and returns true, or leaves it to the router: unknown drops, other methods, odd spellings, refusals. */
export type AnswerPulse = (request: IncomingMessage, response: ServerResponse) => boolean;

export function createPulseServer({ queue, admit, count }: PulseServerOptions): AnswerPulse {
  const outbox = new Outbox();
  const prepared = new WeakMap<DropView['pulse'], PreparedPulse>();
  return (request, response) => {
    const { url = '', method } = request;
    if (!url.endsWith(SUFFIX) || !url.startsWith(PREFIX) || (method !== 'GET' && method !== 'HEAD'))
      return false;
    const pulse = queue.view(url.slice(PREFIX.length, -SUFFIX.length))?.pulse;
    if (!pulse || !admit(request)) return false;
    let ready = prepared.get(pulse);
    if (!ready) {
      ready = prepare(pulse);
      prepared.set(pulse, ready);
    }
    const known = rawHeader(request, 'if-none-match');
    if (known !== undefined && matches(known, pulse.etag)) {
      count('unchanged');
      response.writeHead(304, ready.headersUnchanged);
      response.end();
      return true;
    }
    count('sent');
    ready.head.write(response, ready.body.length);
    outbox.end(response, method === 'HEAD' ? undefined : ready.body);
    return true;
  };
}

/** What is the same for every reader of one second's pulse. */
interface PreparedPulse {
  readonly head: AnswerHead;
  readonly headersUnchanged: string[];
  /** The document's bytes, a character each: a string goes out in one write with the head, bytes would take a second. */
  readonly body: string;
}

function prepare({ body, etag }: DropView['pulse']): PreparedPulse {
  const headersUnchanged = [
    'cache-control',
    PULSE_CACHE_CONTROL,
    'etag',
    etag,
    'access-control-allow-origin',
    '*',
    'x-content-type-options',
    'nosniff',
  ];
  const content = ['content-type', 'application/json; charset=utf-8'];
  const head = new AnswerHead(200, [...headersUnchanged, ...content]);
  return { headersUnchanged, head, body: body.toString('latin1') };
}

/** RFC 9110 13.1.2: weak comparison against a list, or `*`. */
function matches(header: string, etag: string): boolean {
  return header === '*' || header.split(',').some((part) => part.trim().replace(/^W\//, '') === etag);
}
