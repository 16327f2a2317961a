/** What an operator puts over the schedule: pause, drain, queue all, pass through, close; and taking it off again. */
import type { Drop, DropChange, Override } from '../domain/drop.ts';
import type { LivePicture } from '../projection/live.ts';
import { refuseClosed } from './change-plan.ts';

/** Routes by name, and what each puts over the drop. */
export const OVERRIDE_ACTS = {
  pause: 'paused',
  resume: '',
  drain: 'draining',
  close: 'closed',
  'queue-all': 'queue_all',
} as const satisfies Record<string, Override>;

/**
 * Closing a closed drop changes nothing; nothing else is possible with one.
 * @param until when it ends by itself; null: never
 * @throws Problem 409 `drop-closed`
 */
export function overrideChange(
  override: Override,
  until: Date | null,
  drop: Drop,
  live: LivePicture,
): DropChange | null {
  if (override === 'closed' && (drop.override === 'closed' || live.phase === 'closed')) return null;
  refuseClosed(live);
  return { override, overrideUntil: until };
}
