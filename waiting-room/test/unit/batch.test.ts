import { expect, test } from 'vitest';
import { Batch } from '../../src/queue/batch.ts';

interface Call {
  readonly requests: readonly number[];
  readonly answer: (outcomes: readonly string[]) => void;
  readonly fail: (reason: Error) => void;
}

function createBatch(sizeMax = 3, pendingMax = 5) {
  const calls: Call[] = [];
  const batch = new Batch<number, string>({
    run: (requests) =>
      new Promise((resolve, reject) => {
        calls.push({ requests, answer: resolve, fail: reject });
      }),
    sizeMax,
    pendingMax,
    overloaded: () => new Error('overloaded'),
  });
  return { batch, calls };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('Q13: the requests of one turn go in one call, each answered for itself', async () => {
  const { batch, calls } = createBatch();
  const answers = Promise.all([1, 2, 3].map((request) => batch.add(request)));
  await turn();
  expect(calls.map(({ requests }) => requests)).toEqual([[1, 2, 3]]);
  calls[0]?.answer(['a', 'b', 'c']);
  expect(await answers).toEqual(['a', 'b', 'c']);
});

test('Q5: no call holds more than its limit; those who come meanwhile go in the next, in their order', async () => {
  const { batch, calls } = createBatch();
  const first = [1, 2, 3, 4].map((request) => batch.add(request));
  await turn();
  const late = batch.add(5);
  expect(calls.map(({ requests }) => requests)).toEqual([[1, 2, 3]]);
  calls[0]?.answer(['a', 'b', 'c']);
  await Promise.all(first.slice(0, 3));
  await turn();
  expect(calls[1]?.requests).toEqual([4, 5]);
  calls[1]?.answer(['d', 'e']);
  expect(await Promise.all([first[3], late])).toEqual(['d', 'e']);
  // Nothing is left running: the next request starts a call of its own.
  const next = batch.add(6);
  await turn();
  calls[2]?.answer(['f']);
  expect(await next).toBe('f');
});

test('promise 9: beyond its limit a request is refused at once, and those waiting are still answered', async () => {
  const { batch, calls } = createBatch(3, 2);
  const waiting = [batch.add(1), batch.add(2)];
  await expect(batch.add(3)).rejects.toThrow('overloaded');
  await turn();
  calls[0]?.answer(['a', 'b']);
  expect(await Promise.all(waiting)).toEqual(['a', 'b']);
});

test('a call that fails fails those waiting behind it too: nobody waits for one time-out after another', async () => {
  const { batch, calls } = createBatch();
  const all = [1, 2, 3, 4, 5].map((request) => batch.add(request));
  const outcomes = Promise.allSettled(all);
  await turn();
  calls[0]?.fail(new Error('gone'));
  expect((await outcomes).map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
  expect(calls).toHaveLength(1);
  const next = batch.add(6);
  await turn();
  calls[1]?.answer(['f']);
  expect(await next).toBe('f');
});
