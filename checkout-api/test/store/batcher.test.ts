import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createBatcher, OverloadedError } from '../../src/store/batcher.ts';

const limits = { sizeMax: 3, waitingMax: 5, waitMaxMs: 1000 };

/** A batch function that shows its batches and answers when told to. */
function manualRun() {
  const batches: { requests: number[]; answer: () => void; fail: (error: unknown) => void }[] = [];
  const run = (requests: number[]) =>
    new Promise<number[]>((resolve, reject) => {
      batches.push({ requests, answer: () => resolve(requests.map((n) => n * 10)), fail: reject });
    });
  return { batches, run };
}

test('3.1: a request on a quiet system waits for nobody: it goes alone, with the end of the turn it came in', async () => {
  const { batches, run } = manualRun();
  const batcher = createBatcher({ ...limits, run });
  const answer = batcher.submit(1);
  await nextTurn();
  expect(batches).toMatchObject([{ requests: [1] }]);
  batches[0]?.answer();
  expect(await answer).toBe(10);
});

test('requests of one turn go together in their order; the next batch leaves when the last is answered', async () => {
  const { batches, run } = manualRun();
  const batcher = createBatcher({ ...limits, run });
  const answers = [1, 2, 3, 4, 5].map((n) => batcher.submit(n));
  await expect.poll(() => batches.length).toBe(1);
  expect(batches[0]?.requests).toEqual([1, 2, 3]);
  expect(batcher.waiting).toBe(2);
  batches[0]?.answer();
  await expect.poll(() => batches.length).toBe(2);
  expect(batches[1]?.requests).toEqual([4, 5]);
  batches[1]?.answer();
  expect(await Promise.all(answers)).toEqual([10, 20, 30, 40, 50]);
});

test('promise 9: what would wait beyond the limit is shed at once, those in the line are served', async () => {
  const { batches, run } = manualRun();
  const batcher = createBatcher({ ...limits, waitingMax: 2, run });
  const first = batcher.submit(1);
  await expect.poll(() => batches.length).toBe(1);
  const waiting = [batcher.submit(2), batcher.submit(3)];
  await expect(batcher.submit(4)).rejects.toBeInstanceOf(OverloadedError);
  batches[0]?.answer();
  await expect.poll(() => batches.length).toBe(2);
  batches[1]?.answer();
  expect(await Promise.all([first, ...waiting])).toEqual([10, 20, 30]);
});

test('promise 9: who waited too long is shed instead of being decided late', async () => {
  const { batches, run } = manualRun();
  const batcher = createBatcher({ ...limits, waitMaxMs: 5, run });
  const first = batcher.submit(1);
  await expect.poll(() => batches.length).toBe(1);
  const submittedAt = performance.now();
  const late = batcher.submit(2);
  await expect.poll(() => performance.now() - submittedAt > 10).toBe(true);
  batches[0]?.answer();
  expect(await first).toBe(10);
  await expect(late).rejects.toBeInstanceOf(OverloadedError);
  expect(batches).toHaveLength(1);
});

test('one value that Postgres refuses takes down nobody else in its batch', async () => {
  const run = async (requests: number[]) => {
    if (requests.includes(2)) throw Object.assign(new Error('check'), { code: '23514' });
    return requests;
  };
  const batcher = createBatcher({ ...limits, run });
  const answers = await Promise.allSettled([1, 2, 3].map((n) => batcher.submit(n)));
  expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a lost connection fails the batch and the next batch is served', async () => {
  const { batches, run } = manualRun();
  const batcher = createBatcher({ ...limits, run });
  const lost = [batcher.submit(1), batcher.submit(2)];
  await expect.poll(() => batches.length).toBe(1);
  batches[0]?.fail(new Error('Connection terminated'));
  expect((await Promise.allSettled(lost)).map((answer) => answer.status)).toEqual(['rejected', 'rejected']);
  const next = batcher.submit(3);
  await expect.poll(() => batches.length).toBe(2);
  batches[1]?.answer();
  expect(await next).toBe(30);
});
