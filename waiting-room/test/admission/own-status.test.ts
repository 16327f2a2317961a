import { expect, test } from 'vitest';
import { pictureBeyondFrontier } from '../../src/admission/own-status.ts';
import type { HeldTicket } from '../../src/admission/tickets.ts';
import type { DropView, Queue } from '../../src/queue/queue.ts';

// What the picture beyond the frontier asks of the queue, and what it reads of view and ticket.
const queue = { hasGone: () => false } as unknown as Queue;
const ticket = { number: 'a'.repeat(43), order: 500 } as HeldTicket;
const view = {
  ...{ drop: 'd', phase: 'open', frontier: 0, callableUntil: 0, asOfMs: 0, epoch: '' },
  ...{ mapAsOfMs: 1, mapGeneration: { count: 0, reason: null } },
  ...{
    callWindowUs: 120_000_000,
    graceUs: 480_000_000,
    ratePerMinute: 60,
    outflowPerMinute: 60,
    showRate: 1,
  },
  page: { message: {} },
  rankMap: null,
} as unknown as DropView;
const told = (more: Partial<DropView>) => {
  const picture = pictureBeyondFrontier(queue, { ...view, ...more }, ticket);
  return picture?.is === 'status' ? picture.status : undefined;
};
const rankMap = { ranks: [0, 1000], orders: [0, 1000], total: 1000 };

test('Q23: until the first map is out everybody asks every few seconds, since anybody may be called', () => {
  expect(told({})?.position).toBeNull();
  expect(told({})?.pollAfterMs).toBe(2000);
});

test('with a map those far back are told to come back late, and a drop that has ended hurries nobody', () => {
  expect(told({ rankMap })?.position).toBe(501);
  expect(told({ rankMap })?.pollAfterMs).toBe(30_000);
  expect(told({ phase: 'closed' })?.pollAfterMs).toBe(5000);
});

test('Q21: a map that was read before the shopper came tells no place, and the next one is a pulse away', () => {
  const early = told({ rankMap, mapAsOfMs: 0 });
  expect(early).toMatchObject({ position: null, pollAfterMs: 2000 });
});
