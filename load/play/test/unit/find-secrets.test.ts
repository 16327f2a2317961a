import { expect, test } from 'vitest';
import { findSecretsIn } from '../../stage/find-secrets.ts';

const TICKET = 'AQEEcGxheXq9Zk3yS8u1n0vJ2mWc5xTtQ-_r7LpE4hGdBfAi';
const secrets = new Set([TICKET, '100.64.0.17', '2001:db8:7:1::8']);

test('1.11: a secret is found wherever in a line it stands', () => {
  for (const line of [
    `{"msg":"joined","ticket":"${TICKET}"}`,
    `wr_play=${TICKET}; Path=/`,
    `GET /w/play?bind=${TICKET}&x=1`,
    `eyJhbGciOiJFZERTQSJ9.${TICKET}.sig`,
    `closed 100.64.0.17:40123`,
    `from [2001:db8:7:1::8]`,
  ])
    expect(findSecretsIn([line], secrets), line).toEqual([1]);
});

test('1.11: what looks like a token or a credential is found even when nobody knows it', () => {
  const token = 'eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJodHRwOi8vIn0.c2lnbmF0dXJl';
  expect(
    findSecretsIn(['{"level":30}', `"err":"bad ${token}"`, 'Ticket abcdefghijklmnopqrst'], secrets),
  ).toEqual([2, 3]);
});

test('1.11: what is no secret is none', () => {
  const lines = [
    '{"level":30,"time":1,"reqId":"ab12-3","drop":"play","msg":"listening"}',
    '{"err":{"stack":"at Object.query (file:///srv/node_modules/pg/lib/client.js:694:17)"}}',
    'Ticket [redacted]',
    'http://127.0.0.1:4000',
  ];
  expect(findSecretsIn(lines, secrets)).toEqual([]);
});
