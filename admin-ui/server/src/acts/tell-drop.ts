/** A drop as operators see it: the plan, what the room does with it, and whether room and checkout know it. */
import { isStoreFault } from '@sluice/service-kit';
import type { Drop } from '../domain/drop.ts';
import { localText } from '../domain/zoned-time.ts';
import type { LivePicture } from '../projection/live.ts';
import type { SetupState } from '../store/setups.ts';
import type { ControlPlane } from './control-plane.ts';

/** Answers of several drops; those of Redis are null while it does not answer: the plan can be read all the same. */
export async function tellDrops(plane: ControlPlane, drops: readonly Drop[]) {
  const ids = drops.map(({ id }) => id);
  const [pictures, setups] = await Promise.all([
    plane.projection.live(ids).catch((error: unknown) => {
      if (!isStoreFault(error)) throw error;
      return undefined;
    }),
    plane.setups.find(ids),
  ]);
  return drops.map((drop) =>
    answerOf(drop, pictures?.get(drop.id), checkoutDelivery(plane, setups.get(drop.id))),
  );
}

export async function tellDrop(plane: ControlPlane, drop: Drop) {
  const [answer] = await tellDrops(plane, [drop]);
  if (!answer) throw new Error('a drop was asked for and not told');
  return answer;
}

/** What is known of a drop that was steered without the ledger. */
export function tellJournaled({ id, policyVersion, override, admission, page }: Drop) {
  const { ratePerMinute } = admission;
  const isJournaled = true as const;
  return { id, isJournaled, policyVersion, override, ratePerMinute, message: page.message };
}

function answerOf(drop: Drop, live: LivePicture | undefined, checkout: CheckoutDelivery) {
  const iso = (at: Date) => at.toISOString();
  const isoOrNull = (at: Date | null) => (at ? iso(at) : null);
  return {
    ...drop,
    products: [...drop.products],
    opensAt: iso(drop.opensAt),
    lobbyOpensAt: iso(drop.lobbyOpensAt),
    closesAt: isoOrNull(drop.closesAt),
    opensAtLocal: localText(drop.opensAt, drop.timeZone),
    closesAtLocal: drop.closesAt && localText(drop.closesAt, drop.timeZone),
    overrideUntil: isoOrNull(drop.overrideUntil),
    ignoreCapacityUntil: isoOrNull(drop.ignoreCapacityUntil),
    createdAt: iso(drop.createdAt),
    updatedAt: iso(drop.updatedAt),
    phase: live?.phase ?? null,
    room: roomDelivery(drop, live),
    checkout,
    live: live
      ? {
          ...live,
          asOf: iso(live.asOf),
          openedAt: isoOrNull(live.openedAt),
          capacity: live.capacity && { ...live.capacity, reportedAt: iso(live.capacity.reportedAt) },
        }
      : null,
  };
}

type Delivery = { status: 'done' | 'pending'; detail?: string };
/** `none`: the checkout is someone else's, and is told nothing. */
type CheckoutDelivery = Delivery | { status: 'none' };

function roomDelivery({ policyVersion }: Drop, live: LivePicture | undefined): Delivery {
  if (!live) return { status: 'pending', detail: 'Redis does not answer right now' };
  if (live.policyVersion === policyVersion) return { status: 'done' };
  return { status: 'pending', detail: `the room decides by version ${live.policyVersion}` };
}

function checkoutDelivery({ checkout }: ControlPlane, setup: SetupState | undefined): CheckoutDelivery {
  if (checkout === null) return { status: 'none' };
  if (!setup || setup.done >= setup.wanted) return { status: 'done' };
  return { status: 'pending', ...(setup.lastError !== null && { detail: setup.lastError }) };
}
