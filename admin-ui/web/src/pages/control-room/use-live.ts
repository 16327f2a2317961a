/** The picture of a running drop, as it comes. */
import { useEffect, useState } from 'react';
import { openLive } from '../../api/live.ts';
import { hear, type LivePicture, NOTHING_YET } from './live-series.ts';

/** A second without news and one of grace: what is older is not "now" any more. */
const STALE_MS = 3_500;

export function useLive(drop: string): LivePicture {
  const [picture, become] = useState(NOTHING_YET);
  useEffect(() => {
    become(NOTHING_YET);
    return openLive(drop, (news) => become((known) => hear(known, news, Date.now())));
  }, [drop]);
  // A connection that is not closed and brings nothing is lost, too, and tells nobody.
  const { sight, sampleReceivedMs } = picture;
  useEffect(() => {
    if (sight !== 'live') return;
    const timer = setTimeout(
      () =>
        become((known) =>
          known.sampleReceivedMs === sampleReceivedMs ? { ...known, sight: 'lost' } : known,
        ),
      STALE_MS,
    );
    return () => clearTimeout(timer);
  }, [sight, sampleReceivedMs]);
  return picture;
}

/** This browser's clock, twice a second: for countdowns and ages. */
export function useNow(): number {
  const [now, tick] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return now;
}
