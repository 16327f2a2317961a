/** Settings as people say them: a span in its own unit, and the unit no more in the name. */
import type { IntlShape } from 'react-intl';

/** `45 sec`, `5 min`, `2 hr`: in the largest unit that it is a whole number of, from two on. */
export function spanText(intl: Pick<IntlShape, 'formatNumber'>, seconds: number): string {
  const units = [
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  const [unit, size] = units.find(([, size]) => seconds >= 2 * size && seconds % size === 0) ?? ['second', 1];
  const options = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 } as const;
  return intl.formatNumber(seconds / size, options);
}

/** `Grace (seconds)` → `Grace`, for a value that says its unit itself. */
export const withoutUnit = (label: string): string => label.replace(/ \([^)]*\)$/, '');

/** At the beginning of a sentence. */
export const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);
