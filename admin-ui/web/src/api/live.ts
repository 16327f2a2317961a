/**
 * The event stream of a running drop. It comes back by itself, from where it was; a server that refuses it is asked again
 * after a while, and what it refuses by is found out with an ordinary request, which asks for a new sign-in if need be.
 */

import { noteAnswer, noteSilence } from './contact.ts';
import type { LiveAct, LiveHistory, LiveSample } from './contract.ts';
import { read } from './request.ts';

export type LiveNews =
  | { readonly is: 'history' | 'missed'; readonly history: LiveHistory }
  | { readonly is: 'sample'; readonly sample: LiveSample }
  | { readonly is: 'acts'; readonly acts: readonly LiveAct[] }
  /** The control plane sees nothing either, and says why. */
  | { readonly is: 'blind'; readonly why: 'redis-away' | 'not-in-room' }
  | { readonly is: 'lost' };

const AGAIN_MS = 2_000;

/** @returns ends it */
export function openLive(drop: string, tell: (news: LiveNews) => void): () => void {
  const path = `/api/v1/drops/${drop}/live`;
  let isClosed = false;
  let source: EventSource;
  let again: ReturnType<typeof setTimeout>;

  function open(): void {
    source = new EventSource(path);
    const on = (event: string, news: (data: never) => LiveNews) =>
      source.addEventListener(event, ({ data }) => {
        noteAnswer();
        tell(news(JSON.parse(data) as never));
      });
    on('history', (history) => ({ is: 'history', history }));
    on('missed', (history) => ({ is: 'missed', history }));
    on('sample', (sample) => ({ is: 'sample', sample }));
    on('acts', ({ acts }: { acts: LiveAct[] }) => ({ is: 'acts', acts }));
    on('blind', ({ why }: { why: 'redis-away' | 'not-in-room' }) => ({ is: 'blind', why }));
    source.addEventListener('end', () => void refused());
    source.addEventListener('error', () => {
      tell({ is: 'lost' });
      // A browser goes on by itself unless it was answered something else than a stream.
      if (source.readyState === EventSource.CLOSED) void refused();
      else noteSilence();
    });
  }

  async function refused(): Promise<void> {
    source.close();
    tell({ is: 'lost' });
    await read(`${path}?seconds=0`).catch(() => {});
    clearTimeout(again);
    if (!isClosed) again = setTimeout(open, AGAIN_MS);
  }

  open();
  return () => {
    isClosed = true;
    clearTimeout(again);
    source.close();
  };
}
