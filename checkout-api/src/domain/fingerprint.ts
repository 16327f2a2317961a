/**
 * A number for two texts, to find them again by: no secret, and others may have the same. A fifth of what SHA-256 costs, which every
 * request for what is sold out would pay.
 */

/** 53 bits, spread evenly over texts that nobody has chosen so (cyrb53 by bryc, public domain). */
export function fingerprint(first: string, second: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  // No text of both together: making it costs more than the rest.
  for (let at = 0; at < first.length; at++) {
    const code = first.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  // Where the first ends counts.
  high = Math.imul(high ^ 0x10000, 2654435761);
  low = Math.imul(low ^ 0x10000, 1597334677);
  for (let at = 0; at < second.length; at++) {
    const code = second.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  const mixedHigh = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  const mixedLow =
    Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(mixedHigh ^ (mixedHigh >>> 13), 3266489909);
  return 4294967296 * (mixedLow & 0x1fffff) + (mixedHigh >>> 0);
}
