/** Tells the checkout what a drop sells and to whom. What can't be told now is told by the job that repeats it. */
import type { SetupState } from '../store/setups.ts';
import type { ControlPlane } from './control-plane.ts';

/** @returns whether the checkout now knows the drop as it is planned; without one nobody has to */
export async function setUpCheckout(plane: ControlPlane, setup: SetupState): Promise<boolean> {
  const { checkout } = plane;
  const { drop: id, wanted, done } = setup;
  if (checkout === null || done >= wanted) return true;
  // Read after the claim: what is sent is at least as new as what `wanted` stands for.
  const drop = await plane.drops.find(id);
  if (!drop) return true;
  try {
    await checkout.setUp(drop);
    await plane.setups.done(id, wanted);
    plane.count.setUp('done');
    return true;
  } catch (err) {
    plane.count.setUp('failed');
    plane.log.warn({ err, drop: id }, 'the checkout does not know the drop as it is planned yet');
    await plane.setups.failed(id, err instanceof Error ? err.message : String(err));
    return false;
  }
}
