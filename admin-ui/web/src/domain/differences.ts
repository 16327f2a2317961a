/** What two readings of the same thing differ in, field by field. */

export interface Difference {
  /** With points between members: `page.message.de`. */
  readonly field: string;
  readonly was: unknown;
  readonly now: unknown;
}

/** What changes by itself, and is nobody's doing. */
const ALWAYS = new Set(['policyVersion', 'updatedAt', 'phase', 'live', 'room', 'checkout']);

export function differencesOf(was: unknown, now: unknown, at = ''): Difference[] {
  if (isObject(was) && isObject(now)) {
    return [...new Set([...Object.keys(was), ...Object.keys(now)])]
      .filter((name) => at !== '' || !ALWAYS.has(name))
      .flatMap((name) => differencesOf(was[name], now[name], at === '' ? name : `${at}.${name}`));
  }
  return JSON.stringify(was) === JSON.stringify(now) ? [] : [{ field: at, was, now }];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Whether two people meant the same: what one sends, against what another has changed meanwhile.
 * @param at of what is sent: '' for the plan itself, `page`, `admission`
 * @param body as it is sent; clock times stand for the instants that they mean
 */
export function collides(at: string, body: object, others: readonly Difference[]): boolean {
  const sent = Object.keys(body).flatMap((name) => {
    const told = name.replace(/(Local|Choice)$/, '');
    return told === 'timeZone' ? ['timeZone', 'opensAt', 'closesAt'] : [told];
  });
  const paths = sent.map((name) => (at === '' ? name : `${at}.${name}`));
  return others.some(({ field }) => paths.some((path) => field === path || field.startsWith(`${path}.`)));
}
