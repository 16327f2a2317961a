/**
 * Own status beyond the frontier as JSON: for all who wait in one view it is the same text but for a few numbers, so that the
 * rest is written once.
 */
import { bytesAsText } from '@sluice/service-kit';
import type { OwnStatus } from '../contract/tickets.ts';
import type { DropView } from '../queue/queue.ts';

/** What differs between two who wait in one view, in the order in which a status has it. */
const VARYING = ['position', 'ahead', 'wait', 'pollAfterMs', 'order', 'reference'] as const;
/** Stands for a value; no JSON holds it unescaped. */
const GAP = '\u0000';
const GAP_TEXT = JSON.stringify(GAP);

const frames = new WeakMap<DropView, readonly string[]>();

/** The status's bytes, a character each. @param status made from `view` by `admission/own-status.ts` */
export function statusText(view: DropView, status: OwnStatus): string {
  if (status.state !== 'waiting') return bytesAsText(JSON.stringify(status));
  let frame = frames.get(view);
  if (frame === undefined) {
    frame = frameOf(status);
    frames.set(view, frame);
  }
  const [head, ahead, wait, poll, order, reference, tail] = frame;
  const waitText =
    status.wait === null
      ? 'null'
      : `{"minSeconds":${status.wait.minSeconds},"maxSeconds":${status.wait.maxSeconds}}`;
  return `${head}${status.position}${ahead}${status.ahead}${wait}${waitText}${poll}${status.pollAfterMs}${order}${status.order}${reference}"${status.reference}"${tail}`;
}

/** What stands before, between and behind the values of {@link VARYING}. */
function frameOf(status: OwnStatus): readonly string[] {
  const gaps = Object.fromEntries(VARYING.map((name) => [name, GAP]));
  const parts = bytesAsText(JSON.stringify({ ...status, ...gaps })).split(GAP_TEXT);
  // What the merchant writes comes behind all gaps, and may hold anything.
  return [...parts.slice(0, VARYING.length), parts.slice(VARYING.length).join(GAP_TEXT)];
}
