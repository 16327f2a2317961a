/** Which pages somebody may go to: navigation and router ask the same. */
import type { Permission, Session } from '../api/contract.ts';

/** What can be read of some drops as well as of all; the rest concerns the whole installation. */
const OF_SOME_DROPS: readonly Permission[] = ['drops.read', 'orders.read'];

/** @param page `at` is `drop` for the pages of one drop, which the server refuses to whoever does not see it */
export const mayVisit = (
  { needs, at }: { readonly needs?: Permission; readonly at: string },
  { permissions, drops }: Pick<Session, 'permissions' | 'drops'>,
): boolean =>
  needs === undefined ||
  (permissions.includes(needs) && (drops === null || at === 'drop' || OF_SOME_DROPS.includes(needs)));
