/**
 * Answers the pulse before the router: it is the one document that everybody polls, the same bytes for all, so that the
 * router's work for it would be most of its cost (measured: 0.71-0.95 of a bare route inside, 1.10 outside).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DropView, Queue } from '../queue/queue.ts';

const PREFIX = '/v1/drops/';
const SUFFIX = '/pulse';

/** New every second; for seconds more an edge may answer with the old one while it fetches. */
export const PULSE_CACHE_CONTROL = 'public, max-age=1, s-maxage=1, stale-while-revalidate=5';

export interface PulseServerOptions {
  readonly queue: Pick<Queue, 'view'>;
  /** False when a client's address has used up its share. */
  readonly admit: (request: IncomingMessage) => boolean;
  readonly count: (outcome: 'sent' | 'unchanged') => void;
}

/** Answers `request` and returns true, or leaves it to the router: unknown drops, other methods, odd spellings, refusals. */
export type AnswerPulse = (request: IncomingMessage, response: ServerResponse) => boolean;

export function createPulseServer({ queue, admit, count }: PulseServerOptions): AnswerPulse {
  const prepared = new WeakMap<DropView['pulse'], readonly string[]>();
  return (request, response) => {
    const { url = '', method } = request;
    if (!url.endsWith(SUFFIX) || !url.startsWith(PREFIX) || (method !== 'GET' && method !== 'HEAD'))
      return false;
    const pulse = queue.view(url.slice(PREFIX.length, -SUFFIX.length))?.pulse;
    if (!pulse || !admit(request)) return false;
    let headers = prepared.get(pulse);
    if (!headers) {
      headers = headersOf(pulse);
      prepared.set(pulse, headers);
    }
    const known = request.headers['if-none-match'];
    if (known !== undefined && matches(known, pulse.etag)) {
      count('unchanged');
      response.writeHead(304, headers as string[]);
      response.end();
      return true;
    }
    count('sent');
    response.writeHead(200, [
      ...headers,
      'content-type',
      'application/json; charset=utf-8',
      'content-length',
      String(pulse.body.length),
    ]);
    response.end(method === 'HEAD' ? undefined : pulse.body);
    return true;
  };
}

function headersOf({ etag }: DropView['pulse']): readonly string[] {
  return [
    'cache-control',
    PULSE_CACHE_CONTROL,
    'etag',
    etag,
    'access-control-allow-origin',
    '*',
    'x-content-type-options',
    'nosniff',
  ];
}

/** RFC 9110 13.1.2: weak comparison against a list, or `*`. */
function matches(header: string, etag: string): boolean {
  return header === '*' || header.split(',').some((part) => part.trim().replace(/^W\//, '') === etag);
}
