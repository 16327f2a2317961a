/**
 * Answers the waiting page's own join before the router: known drop, no ticket yet, a nonce and nothing else. Whatever is
 * the least bit different, and every rehearsal, goes to the router, which gives places by the same `join`.
 */
import type { IncomingMessage } from 'node:http';
import { type AnswerFirst, type DirectAnswers, rawHeader } from '@sluice/service-kit';
import { join } from '../admission/join.ts';
import type { JoinAnswer } from '../contract/tickets.ts';
import { isRehearsal } from '../domain/rehearsal.ts';
import { isCrossSite } from './cross-site.ts';
import { joinProblem } from './join-problem.ts';
import type { Room } from './room.ts';

export const JOIN_ROUTE = '/v1/drops/:drop/tickets';

const PREFIX = '/v1/drops/';
const SUFFIX = '/tickets';
/** The page's body as `JSON.stringify` writes it, by the bounds of the contract (JoinBody). */
const PLAIN_BODY = /^\{"nonce":"([A-Za-z0-9_-]{16,64})"\}$/;
const PLAIN_BODY_BYTES_MAX = 76;

export function createJoinServer(room: Room, direct: DirectAnswers): AnswerFirst {
  return (request, response, toRouter) => {
    const { url = '', method } = request;
    if (method !== 'POST' || !url.endsWith(SUFFIX) || !url.startsWith(PREFIX)) return false;
    const drop = url.slice(PREFIX.length, -SUFFIX.length);
    if (!room.queue.view(drop) || isRehearsal(drop) || !isPlain(room, request, drop)) return false;
    const at = { request, response, route: JOIN_ROUTE, drop, startedAtMs: performance.now() };
    request.once('data', (chunk: Buffer) => {
      const [, nonce] = PLAIN_BODY.exec(chunk.toString('latin1')) ?? [];
      if (nonce === undefined) {
        request.pause().unshift(chunk);
        return toRouter();
      }
      join(room, drop, { addressKey: room.clientKey(request), nonce })
        .then((joined) => {
          if (joined.status !== 'joined') return direct.fail(at, joinProblem(joined));
          const { answer, repeated } = joined;
          const own = ['set-cookie', room.cookie.keep(drop, answer.ticket)];
          direct.json(at, repeated ? 200 : 201, own, textOf(answer));
        })
        .catch((error: unknown) => direct.fail(at, error));
    });
    return true;
  };
}

/** From the head alone: JSON of a length that fits, from the room's own page or an API client, without a ticket. */
function isPlain(room: Room, request: IncomingMessage, drop: string): boolean {
  const length = Number(rawHeader(request, 'content-length'));
  return (
    rawHeader(request, 'content-type') === 'application/json' &&
    length > 0 &&
    length <= PLAIN_BODY_BYTES_MAX &&
    rawHeader(request, 'authorization') === undefined &&
    room.cookie.read(rawHeader(request, 'cookie'), drop) === undefined &&
    !mayBeCrossSite(room, request)
  );
}

function mayBeCrossSite(room: Room, request: IncomingMessage): boolean {
  const says = rawHeader(request, 'sec-fetch-site') ?? rawHeader(request, 'origin');
  return says !== undefined && isCrossSite(request.headers, room.origin);
}

/** As `JSON.stringify` would write it: none of its texts holds anything that JSON escapes. */
function textOf({ ticket, publicNumber, reference, phase, drawn, joinedAt }: JoinAnswer): string {
  return `{"ticket":"${ticket}","publicNumber":"${publicNumber}","reference":"${reference}","phase":"${phase}","drawn":${drawn},"joinedAt":"${joinedAt}"}`;
}
