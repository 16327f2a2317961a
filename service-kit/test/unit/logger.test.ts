import { expect, test } from 'vitest';
import { createTestLog } from '../support/test-app.ts';

const secret = 'q3Zt0uYc7m9aR1x2V5b8N4k6L0pWsDfGhJeTyUiOzXc';
const jwt = `eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJyb29tIn0.${secret}${secret}`;

test('members that hold credentials or addresses are never written, at the top or one level down', () => {
  const { log, text, lines } = createTestLog();
  const members = {
    token: 'short-token',
    ticket: 'short-ticket',
    cookie: 'a=short',
    secret: 'short-secret',
    authorization: 'Bearer short',
    password: 'short-pass',
    bind: 'short-bind',
    seed: 'short-seed',
    credential: 'short-cred',
    remoteAddress: '203.0.113.7',
    ip: '203.0.113.7',
    address: '203.0.113.7',
    headers: { cookie: 'a=short' },
  };
  log.info(members, 'top');
  log.info({ shopper: members, kept: 'yes' }, 'below');
  log.child({ ticket: 'short-ticket' }).info('bound');
  expect(text()).not.toMatch(/short|203\.0/);
  expect(lines()[1]).toMatchObject({ kept: 'yes', shopper: { token: '[redacted]' } });
});

test.each([
  ['a JWT', `refused ${jwt}`],
  ['a bearer credential', `authorization: Bearer ${secret.slice(0, 30)}`],
  ['a ticket after its scheme', `Ticket ${secret.slice(0, 20)} was refused`],
  ['a session credential', `Session ${secret}`],
  ['a secret by itself', `secret=${secret};`],
  ['a cookie', `__Host-wr_demo=${secret}; Path=/`],
  ['a password in an address', 'postgres://sluice:hunter2@db.internal/app'],
])('%s is taken out of messages, members and errors alike', (_kind, text) => {
  const log = createTestLog();
  const withCause = new Error(`outer ${text}`, { cause: new Error(`inner ${text}`) });
  log.log.info(text);
  log.log.info({ note: text, deep: { er: { still: text } } }, 'with members');
  log.log.error({ err: withCause }, 'with an error');
  expect(log.lines()).toHaveLength(3);
  for (const line of log.lines()) expect(JSON.stringify(line)).not.toMatch(/q3Zt0|hunter2|eyJpc3/);
});

test('what a line is for stays: drop, request id, route, error, hexadecimal and paths', () => {
  const { log, lines } = createTestLog();
  const line = {
    drop: 'aurora-low-first-release-2026-of-the-long-name',
    reqId: '9f3a1c07-2b',
    route: '/v1/drops/:drop/ticket/extension/of/the/longest/name',
    root: 'a'.repeat(64),
    file: '/opt/sluice/node_modules/@fastify/rate-limit/store/LocalStore.js',
  };
  log.warn({ ...line, err: new TypeError('x is not a function') }, 'request');
  expect(lines()[0]).toMatchObject({ ...line, msg: 'request', err: { type: 'TypeError' } });
  expect(lines()[0]?.err).toHaveProperty('stack', expect.stringContaining('logger.test.ts'));
});

test('of an error only type, message, stack and code are written: database errors quote rows', () => {
  const { log, text } = createTestLog();
  const error = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (jti)=(somebody) already exists.',
    query: 'insert …',
  });
  log.error({ err: error }, 'failed');
  expect(text()).toContain('23505');
  expect(text()).not.toMatch(/somebody|insert/);
});

test('of a request the query is not written: it may hold a return address or a digest', () => {
  const { log, lines } = createTestLog();
  log.info({ req: { method: 'GET', url: '/w/demo?bind=abc', headers: { cookie: 'x' } } }, 'asked');
  expect(lines()[0]?.req).toEqual({ method: 'GET', path: '/w/demo' });
});
