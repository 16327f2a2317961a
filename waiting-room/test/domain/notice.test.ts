/** 5.8: the room posts to push services only, whatever a shopper states. */
import { expect, test } from 'vitest';
import { isPushEndpoint, orderAtRank } from '../../src/domain/notice.ts';

test.each([
  'https://fcm.googleapis.com/fcm/send/abc',
  'https://updates.push.services.mozilla.com/wpush/v2/abc',
  'https://web.push.apple.com/abc',
  'https://db5p.notify.windows.com/w/?token=abc',
])('%s is a push service', (endpoint) => {
  expect(isPushEndpoint(endpoint)).toBe(true);
});

test.each([
  '',
  'x',
  'http://fcm.googleapis.com/x',
  'https://fcm.googleapis.com:8443/x',
  'https://user:secret@fcm.googleapis.com/x',
  'https://fcm.googleapis.com.evil.example/x',
  'https://evil.example/?fcm.googleapis.com',
  'https://evil.example#.notify.windows.com',
  'https://notify.windows.com/x',
  'https://evilnotify.windows.com/x',
  'https://127.0.0.1/x',
  'https://[::1]/x',
  'https://169.254.169.254/latest/meta-data',
  'http://localhost:6379/',
  'https://0x7f000001/',
  'file:///etc/passwd',
  'javascript:alert(1)',
])('%s is none', (endpoint) => {
  expect(isPushEndpoint(endpoint)).toBe(false);
});

test('an installation may know others, by their whole origin', () => {
  const others = ['http://127.0.0.1:9000'];
  expect(isPushEndpoint('http://127.0.0.1:9000/x', others)).toBe(true);
  expect(isPushEndpoint('http://127.0.0.1:9001/x', others)).toBe(false);
  expect(isPushEndpoint('https://127.0.0.1:9000/x', others)).toBe(false);
});

test('whose turn is soon is read from the rank map: nobody of an empty line, never more than so many', () => {
  expect(orderAtRank(5, { ranks: [], orders: [] })).toBe(-1);
  const map = { ranks: [0, 1, 2, 100], orders: [10, 20, 30, 40] };
  expect([0, 1, 50, 100, 1000].map((rank) => orderAtRank(rank, map))).toEqual([10, 20, 30, 40, 40]);
});
