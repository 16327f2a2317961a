/** What a shopper sees who can't be let in while the room is away: one page without scripts, that asks again by itself. */
import { setCookie } from '../cookies.ts';

/** Shoppers ask again after 8 to 12 s, each at another time. */
const RETRY_SECONDS_MIN = 8;
const RETRY_SECONDS_SPREAD = 5;

const TEXT = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Please wait a moment</title>
<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}</style>
<main><h1>Please wait a moment</h1>
<p>The waiting room can not be reached right now. Until it is back, some shoppers are let in every minute: whoever happens to ask
when there is room. <strong>The order of places is not promised while this lasts.</strong></p>
<p>If you have a place in the waiting room, it is kept: leave that page open. This page asks again by itself.</p></main></html>`;

/** @param secret a new one for a browser that has none: only those who keep a cookie are let in */
export function roomAwayPage(cookieName: string, secret: string | null, isSecure: boolean): Response {
  const retry = String(RETRY_SECONDS_MIN + Math.floor(Math.random() * RETRY_SECONDS_SPREAD));
  const headers = new Headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'cache-control': 'no-store',
    refresh: retry,
    'retry-after': retry,
  });
  // A day: the room itself keeps a secret for two.
  if (secret !== null) headers.append('set-cookie', setCookie(cookieName, secret, 86_400, isSecure));
  return new Response(TEXT, { status: 503, headers });
}
