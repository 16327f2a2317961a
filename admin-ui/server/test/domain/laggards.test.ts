import { expect, test } from 'vitest';
import { judgeInstances } from '../../src/domain/laggards.ts';

test('a laggard is named with its version, a silent one with how long', () => {
  const heard = [
    { id: 'room-1', policyVersion: 42, silentForMs: 900 },
    { id: 'room-2', policyVersion: 41, silentForMs: 100 },
    { id: 'room-3', policyVersion: 42, silentForMs: 3001 },
    { id: 'room-4', policyVersion: 43, silentForMs: 3000 },
  ];
  expect(judgeInstances(42, heard)).toMatchObject({
    total: 4,
    onVersion: 2,
    summary: '2 of 4 on v42; behind: room-2 (v41); silent: room-3 (v42, for 3 s)',
  });
  expect(judgeInstances(42, heard.slice(0, 1)).summary).toBe('1 of 1 on v42');
  expect(judgeInstances(1, []).summary).toBe('0 of 0 on v1');
});
