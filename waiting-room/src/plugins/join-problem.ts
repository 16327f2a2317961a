/** A join that was refused, as the problem document that says so. */
import { type Problem, problem } from '@sluice/service-kit';
import type { JoinRefusal } from '../admission/join.ts';

/** Seconds are rounded up: asking a moment late is better than asking in vain. */
const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000));

export function joinProblem(refused: JoinRefusal): Problem {
  switch (refused.status) {
    case 'not-open-yet':
      return problem('not-open-yet', 'Places are given from the opening of the lobby on.', {
        opensInMs: refused.opensInMs,
        retryAfterSeconds: seconds(refused.opensInMs),
      });
    case 'draining':
      return problem(
        'draining',
        'The line is closed for new shoppers; those who have a place are still let in.',
      );
    case 'sold-out':
      return problem(
        'sold-out',
        'Everything is sold or held. Holds may lapse: the pulse tells when the line moves again.',
      );
    case 'closed':
      return problem('closed', 'No more places are given.');
    case 'code-required':
      return problem('code-required', 'Send the access code you were given as `code`.', {
        errors: [{ field: 'body.code', reason: 'is required' }],
      });
    case 'code-used-up':
      return problem('code-used-up', 'It has been used as often as it may.', {
        errors: [{ field: 'body.code', reason: 'is used up' }],
      });
    case 'no-such-drop':
      return problem('no-such-drop', 'The drop does not exist any more.');
    case 'room-full':
      return problem('room-full', 'The greatest number of waiting shoppers is reached.', {
        retryAfterSeconds: seconds(refused.retryAfterMs),
      });
    case 'address-limit':
      return problem(
        'rate-limited',
        'Too many places were taken from this network address within a minute.',
        {
          retryAfterSeconds: seconds(refused.retryAfterMs),
        },
      );
  }
}
