/** Changes the live admission policy of a drop. How a lobby is drawn is settled once it has opened. */

import { problem } from '@sluice/service-kit';
import type { AdmissionPolicy } from '../domain/admission-policy.ts';
import { type Drop, type DropChange, lobbyOpening } from '../domain/drop.ts';
import type { FieldFault } from '../domain/fault.ts';
import type { LivePicture } from '../projection/live.ts';
import { refuseClosed } from './change-plan.ts';

/** @throws Problem `drop-closed`, `lobby-open`, `invalid-request` */
export function policyChange(request: Partial<AdmissionPolicy>, drop: Drop, live: LivePicture): DropChange {
  refuseClosed(live);
  const admission = { ...drop.admission, ...request };
  const isLobbyChanged =
    admission.lobby !== drop.admission.lobby || admission.lobbySeconds !== drop.admission.lobbySeconds;
  if (isLobbyChanged && !drop.isDraft && drop.lobbyOpensAt <= live.asOf)
    throw problem('lobby-open', 'lobby and lobbySeconds can change until the lobby opens.');
  if (admission.stockBound === 'on' && drop.products.length === 0) {
    const errors: FieldFault[] = [
      { field: 'body.stockBound', reason: 'must stay off for a drop without products' },
    ];
    throw problem('invalid-request', 'body.stockBound must stay off for a drop without products', { errors });
  }
  return {
    admission,
    // A rate that is stated is the rate from now on.
    ...(request.ratePerMinute !== undefined && { ramp: null }),
    ...(isLobbyChanged && { lobbyOpensAt: lobbyOpening(drop.opensAt, admission) }),
  };
}
