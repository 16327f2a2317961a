/** A ticket that has been used up, as the problem document that says how. */
import { type Problem, problem } from '@sluice/service-kit';
import type { SpentReason } from '../queue/queue.ts';

const SPENT_DETAIL = {
  paid: 'It has led to a purchase.',
  released: 'Its checkout session was ended.',
  expired: 'Its checkout session has run out.',
  revoked: 'It was revoked by the shop.',
  left: 'Its place was given up.',
  missed: 'Its turn was not taken in time.',
} as const satisfies Record<SpentReason, string>;

/** 410 `ticket-spent` with the reason. */
export function spentProblem(reason: SpentReason): Problem {
  return problem('ticket-spent', SPENT_DETAIL[reason], { reason });
}
