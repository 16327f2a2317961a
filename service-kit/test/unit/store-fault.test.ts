import { expect, test } from 'vitest';
import { isStoreFault } from '../../src/store-fault.ts';

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });

test.each([
  ['Redis is gone', withCode('ECONNREFUSED')],
  ['a connection is lost', new Error('Connection is closed.')],
  ['a command timed out', new Error('Command timed out')],
  ['not connected yet', new Error("Stream isn't writeable and enableOfflineQueue options is false")],
  ['a replica was asked to write', new Error("READONLY You can't write against a read only replica.")],
  ['a Cluster is not reached', new Error("Cluster isn't ready and enableOfflineQueue options is false")],
  ['no node of a Cluster answers', new Error('Failed to refresh slots cache.')],
  ['a slot is nobody’s', new Error('CLUSTERDOWN Hash slot not served')],
  ['a slot is on its way', new Error('TRYAGAIN Multiple keys request during rehashing of slot')],
  ['a slot has gone to a node that is dead', new Error('MOVED 5151 127.0.0.1:7000')],
  ['Redis is loading', new Error('LOADING Redis is loading the dataset in memory')],
  ['Redis is full', new Error('OOM command not allowed')],
  ['no free connection of the pool', new Error('timeout exceeded when trying to connect')],
  ['Postgres hung up', new Error('Connection terminated unexpectedly')],
  ['a connection to Postgres went silent', new Error('Query read timeout')],
  ['Postgres is shutting down', withCode('57P01')],
  ['too many connections', withCode('53300')],
  ['a statement took too long', withCode('57014')],
  ['a lock took too long', withCode('55P03')],
  ['all addresses refused', new AggregateError([withCode('ECONNREFUSED')])],
])('%s: the caller gets 503, not 500', (_what, error) => {
  expect(isStoreFault(error)).toBe(true);
});

test.each([
  ['a mistake of the code', new TypeError('x is not a function')],
  ['a script error', new Error('ERR user_script:1: attempt to index nil')],
  ['a constraint', withCode('23505')],
  ['a syntax error in SQL', withCode('42601')],
  ['no error at all', 'Connection is closed'],
  ['an empty aggregate', new AggregateError([])],
])('%s is a fault of ours', (_what, error) => {
  expect(isStoreFault(error)).toBe(false);
});
