/** Answers for those who are not let in and cannot be redirected: API clients, scripts of a page, and everyone while no key is known. */
import { problemResponse } from './problem.ts';
import type { RefusalReason } from './words.ts';

/** Seconds after which to try again while no key could be loaded. */
const RETRY_AFTER_SECONDS = 5;

/** The problem document for `reason`, or null if this is a page that is to be redirected to the room. */
export function refusalFor(
  request: Request,
  reason: RefusalReason,
  waitingRoom: string,
  drop: string,
): Response | null {
  if (reason === 'keys-unavailable') {
    // The room would send the shopper straight back here: a redirect would go round in circles.
    return problemResponse(
      503,
      'keys-unavailable',
      {
        title: 'Admissions can not be checked at the moment',
        detail: 'The keys of the waiting room could not be loaded yet.',
      },
      { 'retry-after': String(RETRY_AFTER_SECONDS) },
    );
  }
  if (isPageVisit(request)) return null;
  const isAnonymous = reason === 'token-missing' || reason === 'secret-missing';
  return problemResponse(
    401,
    isAnonymous ? 'admission-required' : 'admission-refused',
    {
      title: isAnonymous ? 'Admission by the waiting room is required' : 'The admission is not valid here',
      detail: `Join the waiting room, and come back with a token and its secret (${reason}).`,
      reason,
      drop,
      waitingRoom,
    },
    {
      'www-authenticate': `Bearer realm="sluice"${isAnonymous ? '' : ', error="invalid_token"'}`,
      vary: 'cookie, accept',
    },
  );
}

/** For a protected path that belongs to nothing that could be a drop. */
export function noSuchDrop(): Response {
  return problemResponse(404, 'no-such-drop', {
    title: 'There is no such drop',
    detail: 'The path is protected and names no drop.',
  });
}

/** True for what a browser's address bar, link or form asks for; false for fetch, XHR and API clients. */
export function isPageVisit(request: Request): boolean {
  // Browsers say it themselves, and pages cannot forge it.
  const mode = request.headers.get('sec-fetch-mode');
  if (mode !== null && mode !== 'navigate') return false;
  const accept = request.headers.get('accept')?.toLowerCase() ?? '';
  return accept.includes('text/html') || !accept.includes('json');
}
