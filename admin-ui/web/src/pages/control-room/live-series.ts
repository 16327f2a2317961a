/** What the screen keeps of a drop: the last quarter of an hour as columns, and its newest second. Pure. */
import type { LiveAct, LiveHistory, LiveSample } from '../../api/contract.ts';
import type { LiveNews } from '../../api/live.ts';

/** As much as the server keeps. */
const ROWS_MAX = 900;

export interface LivePicture {
  /**
   * `live`: every number is of this second; `blind`: the control plane does not see the drop either; `lost`: the control
   * plane is not heard of; `waiting`: nothing was heard yet.
   */
  readonly sight: 'waiting' | 'live' | 'blind' | 'lost';
  readonly blindWhy: 'redis-away' | 'not-in-room' | null;
  readonly sample: LiveSample | null;
  /** By this browser's clock, ms. */
  readonly sampleReceivedMs: number;
  readonly history: LiveHistory | null;
  /** Latest first. */
  readonly acts: readonly LiveAct[];
}

export const NOTHING_YET: LivePicture = {
  sight: 'waiting',
  blindWhy: null,
  sample: null,
  sampleReceivedMs: 0,
  history: null,
  acts: [],
};

export function hear(picture: LivePicture, news: LiveNews, nowMs: number): LivePicture {
  switch (news.is) {
    case 'history':
      return { ...picture, history: news.history };
    case 'missed':
      return { ...picture, history: picture.history ? joined(picture.history, news.history) : news.history };
    case 'acts':
      return { ...picture, acts: news.acts };
    case 'blind':
      return { ...picture, sight: 'blind', blindWhy: news.why };
    case 'lost':
      return { ...picture, sight: 'lost' };
    case 'sample':
      return {
        ...picture,
        sight: 'live',
        blindWhy: null,
        sample: news.sample,
        sampleReceivedMs: nowMs,
        history: withSample(picture.history, news.sample),
      };
  }
}

/** Redis's clock at this moment, as well as a browser can tell. */
export const redisNowMs = ({ sample, sampleReceivedMs }: LivePicture, nowMs: number): number =>
  sample ? Date.parse(sample.at) + (nowMs - sampleReceivedMs) : nowMs;

type Column = keyof LiveHistory;

const rowOf = (sample: LiveSample): { [name in Column]: number | null } => ({
  at: Date.parse(sample.at),
  waiting: sample.line.waiting,
  checkedIn: sample.line.checkedIn,
  inside: sample.line.inside,
  setPerSecond: Math.round((sample.rate.setPerMinute / 60) * 100) / 100,
  achievedPerSecond: sample.rate.achievedPerSecond,
  joinsPerSecond: sample.rate.joinsPerSecond,
  entered: sample.totals.entered,
  bought: sample.totals.bought,
  conversion: sample.conversion,
  sellable: sample.capacity?.sellable ?? null,
  held: sample.capacity?.held ?? null,
  sold: sample.units?.sold ?? null,
  latencyMs: sample.capacity?.latencyMs ?? null,
  errorRate: sample.capacity?.errorRate ?? null,
});

function withSample(history: LiveHistory | null, sample: LiveSample): LiveHistory {
  const row = Object.entries(rowOf(sample)) as [Column, number | null][];
  if (row[0] && (history?.at.at(-1) ?? 0) >= (row[0][1] ?? 0)) return history as LiveHistory;
  return Object.fromEntries(
    row.map(([name, value]) => [name, [...(history?.[name] ?? []), value].slice(-ROWS_MAX)]),
  ) as LiveHistory;
}

/** With a row of nothing between them, so that no line is drawn over what nobody saw. */
function joined(before: LiveHistory, after: LiveHistory): LiveHistory {
  const last = before.at.at(-1) ?? 0;
  const from = after.at.findIndex((at) => (at ?? 0) > last);
  if (from < 0) return before;
  const names = Object.keys(before) as Column[];
  return Object.fromEntries(
    names.map((name) => [name, [...before[name], ...after[name].slice(from)].slice(-ROWS_MAX)]),
  ) as LiveHistory;
}
