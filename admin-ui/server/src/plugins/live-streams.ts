/**
 * Open event streams of control rooms: what each is told and when it ends. Nothing is kept for a reader that falls behind:
 * it comes back and asks from where it was.
 */
import type { ServerResponse } from 'node:http';
import type { LiveAct } from '../domain/live-act.ts';
import { historyOf } from '../domain/live-history.ts';
import type { LiveSample } from '../domain/live-sample.ts';
import type { LiveNews, LiveReaders } from './live-readers.ts';

/** The samples of each second are sign enough of life; without them this is. */
const HEARTBEAT_MS = 5000;
/** Whoever was signed out, or limited to other drops, sees nothing more after so long. */
const CHECK_EVERY_MS = 5000;
/** A reader that has so much ahead of it is not reading. */
const BEHIND_BYTES_MAX = 1024 * 1024;
/** Screens of one operator in one instance: a wall, a desk, a phone, and tabs left open. */
export const STREAMS_PER_OPERATOR = 12;

export interface LiveStreamOptions {
  readonly drop: string;
  readonly response: ServerResponse;
  readonly operator: string;
  /** ms of the last sample the reader has, by Redis's clock; 0: none. */
  readonly sinceMs: number;
  /** @returns false: whoever opened it may not see the drop any more */
  readonly mayStill: () => Promise<boolean>;
}

export interface LiveStreams {
  isFull(operator: string): boolean;
  /** Takes a response over whose head has been written. False: no more drops can be read here. */
  open(stream: LiveStreamOptions): boolean;
  readonly size: number;
  close(): void;
}

export function createLiveStreams(readers: LiveReaders): LiveStreams {
  const open = new Map<ServerResponse, string>();

  function eventOf(news: LiveNews): string {
    if (news.is === 'sample') return sampleEvent(news.sample);
    if (news.is === 'acts') return actsEvent(news.acts);
    return `event: blind\ndata: ${JSON.stringify({ why: news.why, lastAt: news.lastAt })}\n\n`;
  }

  return {
    get size() {
      return open.size;
    },
    isFull: (operator) => [...open.values()].filter((one) => one === operator).length >= STREAMS_PER_OPERATOR,
    open({ drop, response, operator, sinceMs, mayStill }) {
      let wroteAtMs = performance.now();
      const write = (text: string) => {
        if (response.writableLength > BEHIND_BYTES_MAX) response.destroy();
        else response.write(text);
        wroteAtMs = performance.now();
      };
      const watch = readers.watch(drop, (news) => write(eventOf(news)));
      if (!watch) return false;
      open.set(response, operator);
      const timer = setInterval(async () => {
        if (performance.now() - wroteAtMs >= HEARTBEAT_MS) write(': still here\n\n');
        // What can't be asked right now is no reason to blind an operator: neither store answers.
        if (await mayStill().catch(() => true)) return;
        response.end('event: end\ndata: {"why":"signed-out"}\n\n');
      }, CHECK_EVERY_MS);
      const gone = () => {
        clearInterval(timer);
        watch.end();
        open.delete(response);
      };
      response.on('close', gone);
      response.on('error', gone);

      const missed = watch.samples.filter(({ at }) => Date.parse(at) > sinceMs);
      const kind = sinceMs > 0 && missed.length < watch.samples.length ? 'missed' : 'history';
      const columns = JSON.stringify(historyOf(missed));
      write(`retry: 1000\nevent: ${kind}\ndata: ${columns}\n\n${actsEvent(watch.acts)}`);
      const { latest } = watch;
      if (latest && (latest.is === 'blind' || Date.parse(latest.sample.at) > sinceMs)) write(eventOf(latest));
      return true;
    },
    close() {
      for (const response of open.keys()) response.end('event: reconnect\ndata: {}\n\n');
    },
  };
}

const sampleEvent = (sample: LiveSample) =>
  `id: ${Date.parse(sample.at)}\nevent: sample\ndata: ${JSON.stringify(sample)}\n\n`;
const actsEvent = (acts: readonly LiveAct[]) => `event: acts\ndata: ${JSON.stringify({ acts })}\n\n`;
