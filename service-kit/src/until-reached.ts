/** A start waits for a store that is being started or failed over; whoever runs the process decides how long. */
import { isStoreFault } from './store-fault.ts';

/** How often a store is asked for that is not there yet. */
const EVERY_MS = 100;

/**
 * Tries again until `act` does not fail for want of its store; `act` must be repeatable.
 * @param onWait told once, with the first fault
 * @param isAway which faults mean that the store is not there yet
 * @throws what `act` throws for any other reason
 */
export async function untilReached<T>(
  act: () => Promise<T>,
  onWait: (error: unknown) => void = () => {},
  isAway: (error: unknown) => boolean = isStoreFault,
): Promise<T> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await act();
    } catch (error) {
      if (!isAway(error)) throw error;
      if (isFirst) onWait(error);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}
