import { expect, test } from 'vitest';
import { Agenda } from '../../bench/opening/agenda.ts';

const all = (agenda: Agenda<string>, now: number) => [...agenda.take(now)];

test('nobody asks too early, everybody once, and who is due in the past comes next', () => {
  const agenda = new Agenda<string>(1000);
  agenda.add(1010, 'a');
  agenda.add(1500, 'b');
  expect(all(agenda, 1009)).toEqual([]);
  expect(all(agenda, 1020)).toEqual(['a']);
  agenda.add(1005, 'late');
  expect(all(agenda, 1030)).toEqual(['late']);
  expect(all(agenda, 5000)).toEqual(['b']);
  expect(all(agenda, 9000)).toEqual([]);
});

test('whoever comes in while others are taken is not lost', () => {
  const agenda = new Agenda<string>(0);
  agenda.add(0, 'first');
  const taken: string[] = [];
  for (const item of agenda.take(100)) {
    taken.push(item);
    if (item === 'first') agenda.add(0, 'again');
  }
  expect(taken).toEqual(['first', 'again']);
});
