/** How far one press of a key goes. Pure. */

export const RATE_MAX = 1_000_000;

/** About a tenth, in round numbers: 300 → 330, 1200 → 1300; 0 → 10. */
export function stepOf(ratePerMinute: number): number {
  const tenth = Math.max(1, ratePerMinute / 10);
  const digit = 10 ** Math.floor(Math.log10(tenth));
  const rounded = Math.round(tenth / digit) * digit;
  return ratePerMinute === 0 ? 10 : Math.max(1, rounded);
}

export function stepped(ratePerMinute: number, direction: 1 | -1): number {
  const next = ratePerMinute + direction * stepOf(ratePerMinute);
  return Math.min(RATE_MAX, Math.max(0, next));
}

/** What was typed, as entries a minute; undefined when that is none. */
export function readRate(text: string): number | undefined {
  const digits = text.trim().replaceAll(/[\s.,'’_]/g, '');
  if (!/^\d{1,7}$/.test(digits)) return undefined;
  const rate = Number(digits);
  return rate <= RATE_MAX ? rate : undefined;
}
