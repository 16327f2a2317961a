/** How often a test repeats itself: briefly in `npm test`, at full length in `npm run test:long`. */

/** Whether this is the long run. */
export const isLong = process.env.SLUICE_LONG === '1';

/** The number for this run. The test's name or comment says both. */
export function times(short: number, long: number): number {
  return isLong ? long : short;
}
