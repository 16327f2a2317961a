/** Redis time as answers tell it. */

let lastUs = Number.NaN;
let lastText = '';

/** RFC 3339. The joins of a batch and the statuses of a view share one instant: the last text is kept. */
export function instant(us: number): string {
  if (us !== lastUs) {
    lastText = new Date(us / 1000).toISOString();
    lastUs = us;
  }
  return lastText;
}
