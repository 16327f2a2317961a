/**
 * Finds out that the control plane has gone while nobody asks it anything: a screen that stands open all day says so on every
 * page, not only where figures are fetched. It knocks at /livez, which needs no session, so that an idle one still ends.
 */
import { currentContact } from './contact.ts';
import { knock } from './request.ts';

/** Nothing heard for so long: ask. */
const QUIET_MS = 5_000;
/** While nothing answers: soon enough that the present comes back by itself. */
const LOST_MS = 2_000;
const LOOK_MS = 500;

/** @returns ends it */
export function keepContact(): () => void {
  let askedAt = Date.now();
  function ask(): void {
    askedAt = Date.now();
    void knock();
  }
  const timer = setInterval(() => {
    if (document.visibilityState === 'hidden') return;
    const { isLost, lastAnswerAt } = currentContact();
    const heardAt = Math.max(askedAt, isLost ? 0 : (lastAnswerAt?.getTime() ?? 0));
    if (Date.now() - heardAt >= (isLost ? LOST_MS : QUIET_MS)) ask();
  }, LOOK_MS);
  // What the browser thinks of its network is a reason to ask, not an answer.
  addEventListener('offline', ask);
  addEventListener('online', ask);
  document.addEventListener('visibilitychange', ask);
  return () => {
    clearInterval(timer);
    removeEventListener('offline', ask);
    removeEventListener('online', ask);
    document.removeEventListener('visibilitychange', ask);
  };
}
