/** A turn that cannot be held longer, as the problem document that says why. */
import { type Problem, problem } from '@sluice/service-kit';
import type { ExtensionOutcome } from '../queue/queue.ts';
import { spentProblem } from './spent-problem.ts';

const REFUSALS = {
  'none-left': 'The turn has been held longer as often as the drop allows.',
  'window-over': 'The call window is over. Come forward now: the turn may still be taken for a while.',
  'checked-in': 'The ticket has come forward: from then on no window runs.',
  entered: 'The ticket has entered.',
} as const;

export function extensionProblem(
  outcome: Exclude<ExtensionOutcome, { status: 'extended' | 'unknown' }>,
): Problem {
  switch (outcome.status) {
    case 'not-called':
      return problem('not-called-yet', 'Only a turn that has come can be held longer.');
    case 'spent':
      return spentProblem(outcome.reason);
    case 'closed':
      return problem('closed', 'Nobody is let in any more.');
    case 'no-such-drop':
      return problem('no-such-drop', 'The drop does not exist any more.');
    case 'none-left':
    case 'window-over':
    case 'checked-in':
    case 'entered':
      return problem('call-extension-refused', REFUSALS[outcome.status], { reason: outcome.status });
  }
}
