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

export interface OverrideRequest {
  readonly override: Override;
  /** Who answers for it. */
  readonly owner: string;
  readonly reason: string | null;
  /** It ends by itself after so long; null: it stays. */
  readonly seconds: number | null;
}

/**
 * Closing a closed drop changes nothing; nothing else is possible with one.
 * @throws Problem 409 `drop-closed`
 */
export function overrideChange(request: OverrideRequest, drop: Drop, live: LivePicture): DropChange | null {
  const { override, owner, reason, seconds } = request;
  if (override === 'closed' && (drop.override === 'closed' || live.phase === 'closed')) return null;
  refuseClosed(live);
  if (override === '') return NO_OVERRIDE;
  return { override, overrideOwner: owner, overrideReason: reason, overrideUntil: inSeconds(seconds, live) };
}

export const NO_OVERRIDE: DropChange = {
  override: '',
  overrideUntil: null,
  overrideOwner: null,
  overrideReason: null,
};

/** Lets entries go on while the checkout is silent, for so long; null: not any more. @throws Problem 409 `drop-closed` */
export function ignoreCapacityChange(seconds: number | null, live: LivePicture): DropChange {
  refuseClosed(live);
  return { ignoreCapacityUntil: inSeconds(seconds, live) };
}

/** By Redis's clock, since that is what ends it. */
function inSeconds(seconds: number | null, { asOf }: LivePicture): Date | null {
  return seconds === null ? null : new Date(asOf.getTime() + seconds * 1000);
}
