/**
 * Answers plain reservation requests of sessions that this instance knows before the router (ADR 0060): the same gate, limit,
 * contract and decision as there. Whatever is the least bit different goes to the router.
 */
import type { IncomingMessage } from 'node:http';
import {
  type AnswerFirst,
  type DirectAnswers,
  type DirectRequest,
  prepareRefusal,
  type TakeOne,
  tooManyRequests,
} from '@sluice/service-kit';
import { shedOr } from '../admission/shedding.ts';
import { isRehearsal } from '../domain/rehearsal.ts';
import type { ReserveOutcome } from '../store/reservations.ts';
import type { ReservationPromise } from '../store/reserve-batch.ts';
import type { Session } from '../store/sessions.ts';
import type { Checkout } from './checkout.ts';
import { reservationProblem } from './reservation-problem.ts';
import { readReserveHead } from './reserve-head.ts';
import type { Traffic } from './traffic.ts';
import { createWishReader, type Wish } from './wishes.ts';

export const RESERVE_PATH = '/v1/reservations';

export interface ReserveServerOptions {
  readonly checkout: Checkout;
  /** Counts a session's reservation requests, with those that the router answers. */
  readonly limit: TakeOne;
  readonly isSecure: (request: IncomingMessage) => boolean;
  readonly traffic: Traffic;
}

export function createReserveServer(
  { checkout, limit, isSecure, traffic }: ReserveServerOptions,
  direct: DirectAnswers,
): AnswerFirst {
  const { sessions, reservations, metrics } = checkout;
  const readWish = createWishReader();
  const soldOut = prepareRefusal(reservationProblem('sold-out'));
  const count = countOutcomes(metrics.reservations);
  const instant = createInstant();

  function give(at: DirectRequest, outcome: ReserveOutcome, { json }: Wish): void {
    traffic.inFlight--;
    if (!isRehearsal(at.drop)) count(outcome.verdict);
    if ('reservation' in outcome) {
      const { reservation } = outcome;
      const own = ['location', `${RESERVE_PATH}/${reservation.id}`];
      direct.json(at, 201, own, promiseText(at.drop, reservation, json, instant(reservation.expiresAt)));
    } else if (outcome.verdict === 'sold-out') direct.prepared(at, soldOut);
    else direct.fail(at, reservationProblem(outcome.verdict));
  }

  function fail(at: DirectRequest, error: unknown): void {
    traffic.inFlight--;
    direct.fail(at, error);
  }

  function reserve(at: DirectRequest, session: Session, key: string, wish: Wish) {
    traffic.inFlight++;
    const waitMs = limit(session.sessionId);
    if (waitMs > 0) return fail(at, tooManyRequests(waitMs));
    const outcome = reservations.reserve(session, key, wish.lines);
    if (!(outcome instanceof Promise)) return give(at, outcome, wish);
    outcome.then(
      (decided) => give(at, decided, wish),
      (error: unknown) => fail(at, shedOr(error)),
    );
  }

  return (request, response, toRouter) => {
    if (request.url !== RESERVE_PATH || request.method !== 'POST') return false;
    const head = readReserveHead(request, isSecure);
    const session = head && sessions.recall(head.credential);
    if (!session || (head.drop !== undefined && head.drop !== session.drop)) return false;
    const { drop } = session;
    const at = { request, response, route: RESERVE_PATH, drop, startedAtMs: performance.now() };
    request.once('data', (chunk: Buffer) => {
      const wish = chunk.length === head.bodyBytes ? readWish(chunk.toString('latin1')) : undefined;
      if (wish) return reserve(at, session, head.key, wish);
      request.pause().unshift(chunk);
      toRouter();
    });
    return true;
  };
}

/** As `promiseView` is sent by the router; every part is ASCII that needs no escape. */
function promiseText(
  drop: string,
  promise: ReservationPromise,
  linesJson: string,
  expiresAt: string,
): string {
  const { id, amountMinor, currency } = promise;
  return `{"id":"${id}","drop":"${drop}","status":"held","lines":${linesJson},"amountMinor":${amountMinor},"currency":"${currency}","expiresAt":"${expiresAt}"}`;
}

/** Those of one batch end at the same instant: the last text is kept. */
function createInstant(): (date: Date) => string {
  let last: Date | undefined;
  let text = '';
  return (date) => {
    if (date !== last) {
      last = date;
      text = date.toISOString();
    }
    return text;
  };
}

/** Looking a series up by its labels costs more than counting it. */
function countOutcomes(counter: Checkout['metrics']['reservations']): (outcome: string) => void {
  const series = new Map<string, ReturnType<typeof counter.labels>>();
  return (outcome) => {
    let known = series.get(outcome);
    if (!known) {
      known = counter.labels({ outcome });
      series.set(outcome, known);
    }
    known.inc();
  };
}
