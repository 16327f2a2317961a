/** Takes a drop off the schedule, and puts it back (ADR 0114). By Redis's clock: once its lobby is open, people are there. */
import { problem } from '@sluice/service-kit';
import { type Drop, type DropChange, lobbyOpening } from '../domain/drop.ts';
import { shopFaults } from '../domain/plan-rules.ts';
import type { LivePicture } from '../projection/live.ts';
import { refuseClosed } from './change-plan.ts';

/** Null: it is one already. @throws Problem 409 `lobby-open`, `drop-closed` */
export function unscheduleChange(drop: Drop, live: LivePicture): DropChange | null {
  if (drop.isDraft) return null;
  refuseClosed(live);
  if (live.phase !== 'scheduled' || drop.lobbyOpensAt <= live.asOf)
    throw problem(
      'lobby-open',
      `A drop goes back to draft until its lobby opens; that was at ${drop.lobbyOpensAt.toISOString()}. Close it instead.`,
    );
  return { isDraft: true };
}

/** Null: it is scheduled. @throws Problem 400 `invalid-request` when its time has passed meanwhile, or it names no shop */
export function scheduleChange(drop: Drop, { asOf }: LivePicture): DropChange | null {
  if (!drop.isDraft) return null;
  if (drop.opensAt <= asOf) {
    const errors = [{ field: 'body.opensAt', reason: 'must not lie in the past' }];
    throw problem('invalid-request', 'opensAt lies in the past by now: change it, then schedule the drop.', {
      errors,
    });
  }
  const [noShop] = shopFaults(drop.page);
  if (noShop) {
    const errors = [{ field: 'body.page.returnOrigins', reason: noShop.reason }];
    throw problem('invalid-request', 'The drop names no shop: say on its page where shoppers come from.', {
      errors,
    });
  }
  return { isDraft: false, lobbyOpensAt: lobbyOpening(drop.opensAt, drop.admission) };
}
