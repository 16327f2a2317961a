import { connectPostgres, createLogger } from '@sluice/service-kit';
import { waitUntil } from '@sluice/service-kit/testing';
import type { TaskList } from 'graphile-worker';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startJobWorker } from '../../src/jobs/worker.ts';
import { createJobStore, type JobStore } from '../../src/store/jobs.ts';
import { type CheckoutDatabase, createCheckoutDatabase } from '../support/checkout-database.ts';

let db: CheckoutDatabase;
let jobs: JobStore;
beforeAll(async () => {
  db = await createCheckoutDatabase();
  jobs = createJobStore(db.database);
});
afterAll(() => db.close());

const workers: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  await sql('select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))');
});

const sql = (text: string, ...values: unknown[]) => db.database.query(text, values).then(({ rows }) => rows);
const add = (task: string, payload: unknown, tries = 12) =>
  sql(
    'select graphile_worker.add_job($1, $2::json, max_attempts => $3)',
    task,
    JSON.stringify(payload),
    tries,
  );
const work = (tasks: TaskList) => {
  const log = createLogger({ name: 'test', level: 'silent', pretty: false, instance: 'test' });
  const database = connectPostgres({ url: db.url, log, max: 4 });
  const worker = startJobWorker({ database, atOnce: 2, jobs, tasks, log, pollMs: 50 });
  workers.push({
    async close() {
      await worker.close();
      await database.end();
    },
  });
  return worker;
};
/** Nobody waits for a back-off in a test. */
const hurry = () =>
  sql(
    `update graphile_worker._private_jobs set run_at = now() where locked_at is null and attempts < max_attempts`,
  );

test('promise 7: a poison job is a dead letter after its stated tries, while healthy ones flow; replayed it has them all again', async () => {
  const done: number[] = [];
  let poisoned = 0;
  work({
    poison: () => {
      poisoned++;
      throw new Error('never');
    },
    healthy: ({ at }: { at: number }) => void done.push(at),
  } as TaskList);
  await add('poison', {}, 12);
  for (let at = 0; at < 50; at++) await add('healthy', { at });
  await waitUntil(() => done.length === 50);
  expect(poisoned).toBeLessThan(12);
  const dead = await waitUntil(
    async () => {
      await hurry();
      return (await jobs.listDead(10))[0];
    },
    { timeoutMs: 40_000 },
  );
  expect(poisoned).toBe(12);
  expect(dead).toMatchObject({ task: 'poison', tries: 12, lastError: expect.stringContaining('never') });
  expect(await jobs.countDead()).toEqual({ jobs: 1, deliveries: 0 });
  await add('healthy', { at: 50 });
  await waitUntil(() => done.length === 51);
  expect(poisoned).toBe(12);

  expect(await jobs.replay(dead.id)).toBe(true);
  await waitUntil(() => poisoned > 12);
  expect(await jobs.listDead(10)).toEqual([]);
  expect(await jobs.replay('999999999')).toBe(false);
}, 120_000);

test('promise 7: the jobs of a worker that was killed are done by another one, at once and not after hours', async () => {
  const done: string[] = [];
  await add('healthy', {});
  await sql(
    `update graphile_worker._private_jobs set locked_by = 'killed', locked_at = now() - interval '1 minute'`,
  );
  work({ healthy: () => void done.push('done') } as TaskList);
  await waitUntil(() => done.length === 1);
});

test('a worker that lives keeps its job, however long it takes; one that is silent loses it', async () => {
  await add('healthy', {});
  await sql(
    `update graphile_worker._private_jobs set locked_by = 'busy', locked_at = now() - interval '1 hour'`,
  );
  await jobs.beat('busy', 12);
  expect(await jobs.beat('another', 12)).toBe(0);
  await sql(
    `update checkout.job_workers set seen_at = now() - interval '13 seconds' where worker_id = 'busy'`,
  );
  expect(await jobs.beat('another', 12)).toBe(1);
  expect(await sql('select locked_by from graphile_worker.jobs')).toEqual([{ locked_by: null }]);
});

test('promise 7: a worker whose connections are cut, idle and in the middle of a job, goes on when Postgres is there again', async () => {
  const cut = () =>
    sql(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
  const done: number[] = [];
  let cuts = 0;
  work({
    healthy: ({ at }: { at: number }) => void done.push(at),
    cutting: async () => {
      if (cuts++ === 0) await cut();
    },
  } as TaskList);
  await add('healthy', { at: 0 });
  await waitUntil(() => done.length === 1);
  await cut();
  await waitUntil(() => add('cutting', {}));
  await waitUntil(() => cuts > 0);
  await waitUntil(() => add('healthy', { at: 1 }));
  await waitUntil(() => done.includes(1), { timeoutMs: 30_000 });
  // The job whose end could not be written down is done with, the second time if need be.
  await waitUntil(async () => (await sql('select 1 from graphile_worker.jobs')).length === 0, {
    timeoutMs: 40_000,
  });
}, 120_000);

test('a job is added by the transaction that decided it, or not at all', async () => {
  const client = await db.database.connect();
  await client.query('begin');
  await client.query(`select graphile_worker.add_job('healthy', '{}'::json)`);
  await client.query('rollback');
  client.release();
  expect(await sql('select 1 from graphile_worker.jobs')).toEqual([]);
});
