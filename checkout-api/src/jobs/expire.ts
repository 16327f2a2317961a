/** Gives back the stock of holds whose time has run out, and ends the sessions that can do nothing any more. */
import type { ReservationStore } from '../store/reservations.ts';
import type { SessionStore } from '../store/sessions.ts';

/** Rows in one transaction: the locks it takes are held for about ten milliseconds. */
export const expiryBatch = 500;

export interface ExpireOptions {
  reservations: Pick<ReservationStore, 'expire'>;
  sessions: Pick<SessionStore, 'endIdle'>;
  observe?: (lagsSeconds: readonly number[], ended: number) => void;
}

/** Works off everything that is due now, in batches. */
export async function expireDue({ reservations, sessions, observe }: ExpireOptions): Promise<void> {
  for (;;) {
    const { expired, lagsSeconds } = await reservations.expire(expiryBatch);
    const ended = await sessions.endIdle(expiryBatch);
    observe?.(lagsSeconds, ended);
    if (expired < expiryBatch && ended < expiryBatch) return;
  }
}
