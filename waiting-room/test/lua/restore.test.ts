/** The commands that put a drop back after a loss, at their edges (Q24, Q25, Q28). */
import { afterEach, expect, test } from 'vitest';
import { newTicket, tune } from '../support/drop.ts';
import { Line } from '../support/line.ts';

let line: Line;
afterEach(() => line.close());

const EPOCH = 'ffffffffffffffff';
const control = () => line.redis.hgetall(line.keys.control);
test('Q24: a drop that nobody knows is not made up; a new one is taken at once; one that is whole is left alone', async () => {
  line = await Line.create({ policy: { run_id: '', epoch: '' } });
  expect((await line.commands.run('heal-drop', 'nothing', [EPOCH, 0, '', '']))[0]).toBe('unknown');
  expect((await line.run('heal-drop', EPOCH, 0, '', ''))[0]).toBe('adopted');
  expect((await control()).epoch).toBe(EPOCH);
  const before = await control();
  expect((await line.run('heal-drop', '1111111111111111', 0, '', '', 'frontier', 9))[0]).toBe('healthy');
  expect(await control()).toEqual(before);
});

test('Q25: two seconds long copies are merged by their maximum, then the drop heals; the bucket starts empty', async () => {
  line = await Line.create();
  await line.arrive(20);
  await line.pass(2000);
  const copy = await control();
  const older = { ...copy, seq: '1', frontier: '5', joined_total: '1' };
  const newer = { ...copy, joined_total: '21' };
  await line.redis.del(line.keys.control);
  const heal = async (from: Record<string, string>) =>
    line.run('heal-drop', EPOCH, from.seq ?? 0, '', '', ...Object.entries(from).flat());
  expect(await heal(older)).toEqual(['collecting', line.nowUs, 2e6]);
  await expect(line.tick()).rejects.toMatchObject({ type: 'store-unavailable' });
  await line.advance(1000);
  expect(await heal(newer)).toEqual(['collecting', line.nowUs, 1e6]);
  await line.advance(1000);
  expect((await heal(older))[0]).toBe('restored');
  const after = await control();
  expect(after).toMatchObject({ epoch: EPOCH, joined_total: '21', bucket: '0', frontier: copy.frontier });
  expect((await heal(older))[0]).toBe('healthy');
  expect((await line.tick()).phase).toBe('healing');
});

test('Q28: sessions come back once each, up to five hundred at a time; ended and run-out ones come back as spent', async () => {
  line = await Line.create();
  const numbers = Array.from({ length: 500 }, () => newTicket().number);
  const restore = (list: readonly string[], endsUs: number, reason = '') =>
    line.run('restore-sessions', ...list.flatMap((number) => [number, '1:2:bind:0', endsUs, reason]));
  expect((await restore([], 0))[2]).toBe(0);
  expect((await restore(numbers, line.nowUs + 1e9))[2]).toBe(500);
  expect((await restore(numbers, line.nowUs + 1e9))[2]).toBe(0);
  expect(await line.redis.zcard(line.keys.sessions)).toBe(500);
  const [first, second, late] = [numbers[0], numbers[1], newTicket().number] as [string, string, string];
  await restore([first], line.nowUs + 1e9, 'paid');
  await restore([first], line.nowUs + 1e9);
  expect(await line.standing(first)).toEqual(['spent', 'paid']);
  await restore([late], line.nowUs);
  expect(await line.standing(late)).toEqual(['spent', 'expired']);
  expect(await line.standing(second)).toEqual(['entered', '1:2:bind:0']);
});

test('Q28: whoever is inside does not stand in line as well', async () => {
  line = await Line.create({ policy: { override: 'paused' } });
  const [number] = (await line.arrive(1)) as [string];
  await line.run('restore-sessions', number, '1:2:bind:0', line.nowUs + 1e9, '');
  expect(await line.redis.zcard(line.keys.waiting)).toBe(0);
  await tune(line.redis, line.drop, { override: '' });
  expect(await line.tick()).toMatchObject({ waiting: 0, present: 0, sessions: 1 });
});
