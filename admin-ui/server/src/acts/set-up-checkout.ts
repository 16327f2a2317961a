/** Tells the checkout what a drop sells and to whom. What can't be told now is told by the job that repeats it. */
import { CheckoutFault } from '../clients/checkout-http.ts';
import type { SetupState } from '../store/setups.ts';
import type { ControlPlane } from './control-plane.ts';

/** @returns whether the checkout now knows the drop as it is planned; without one nobody has to */
export async function setUpCheckout(plane: ControlPlane, setup: SetupState): Promise<boolean> {
  const { checkout } = plane;
  const { drop: id, done } = setup;
  let { wanted } = setup;
  if (checkout === null || done >= wanted) return true;
  try {
    for (;;) {
      // Read after the claim: what is sent is at least as new as what `wanted` stands for.
      const drop = await plane.drops.find(id);
      if (!drop) return true;
      await checkout.setUp(drop);
      const newest = await plane.setups.done(id, wanted);
      plane.count.setUp('done');
      if (newest <= wanted) return true;
      // Others want more since, and may have told it before this one came: the newest has the last word.
      wanted = newest;
    }
  } catch (err) {
    plane.count.setUp('failed');
    plane.log.warn({ err, drop: id }, 'the checkout does not know the drop as it is planned yet');
    const isMaybeTaken = err instanceof CheckoutFault && err.maybeDone;
    await plane.setups.failed(id, err instanceof Error ? err.message : String(err), isMaybeTaken);
    return false;
  }
}
