/**
 * Works off the jobs that business transactions leave in Postgres (graphile-worker, ADR 0030). A job that fails is run
 * again after e, e², … e¹⁰ seconds; after its last try it stays as a dead letter and keeps nobody else waiting.
 *
 * The library stops for good when the database goes away in the middle of a job, and leaves the jobs of a process that
 * was killed locked for four hours. Here it is started again, and an instance that is silent loses its jobs to the others.
 */

import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type RepeatingJob, repeat } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import { Logger, run, type TaskList, type WorkerEvents } from 'graphile-worker';
import type { JobStore } from '../store/jobs.ts';
import type { Database } from '../store/statements.ts';

const heartbeatMs = 3000;
/** Silent for so long: dead. Four heartbeats, because a busy machine may miss one or two. */
const silentSeconds = 12;
const restartMs = 1000;

/**
 * Ends of jobs are written down in batches of one event-loop turn. Not for speed: the library leaves the errors of unbatched
 * ones to nobody, and an unhandled rejection ends the process.
 */
const batched = { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } };

export interface JobWorkerOptions {
  /** A pool that no shopper waits for; one connection of it listens all the time. */
  database: Database;
  /** Jobs run side by side. A job holds a connection only while it asks Postgres something. */
  atOnce: number;
  jobs: JobStore;
  tasks: TaskList;
  log: FastifyBaseLogger;
  /** Notifications wake the worker; this is for those that were lost, and for jobs whose time comes. Default 2000. */
  pollMs?: number;
}

export function startJobWorker(options: JobWorkerOptions): RepeatingJob {
  const { database, atOnce, jobs, tasks, log, pollMs = 2000 } = options;
  const closing = new AbortController();
  let stop: (() => Promise<void>) | undefined;
  let workerId: string | undefined;

  const heartbeat = repeat({
    everyMs: heartbeatMs,
    onError: (err) => log.debug({ err }, 'no heartbeat of the job worker'),
    run: async () => {
      if (workerId !== undefined) await jobs.beat(workerId, silentSeconds);
    },
  });

  async function runOnce(): Promise<void> {
    const events: WorkerEvents = new EventEmitter();
    events.on('pool:create', ({ workerPool }) => {
      workerId = workerPool.id;
    });
    events.on('job:failed', ({ job }) =>
      log.error(
        { job: job.task_identifier, id: job.id, tries: job.attempts },
        'a job has become a dead letter',
      ),
    );
    const runner = await run({
      pgPool: database,
      taskList: tasks,
      events,
      concurrency: atOnce,
      pollInterval: pollMs,
      noHandleSignals: true,
      preset: batched,
      logger: new Logger(() => (level, message) => {
        if (level === 'error' || level === 'warning') log.warn(message);
        else log.trace(message);
      }),
    });
    stop = () => runner.stop();
    if (closing.signal.aborted) await stop();
    await runner.promise;
  }

  const running = (async () => {
    while (!closing.signal.aborted) {
      await runOnce().catch((err) => log.warn({ err }, 'the job worker stopped and will start again'));
      stop = undefined;
      await delay(restartMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  })();

  return {
    async close() {
      closing.abort();
      await stop?.().catch(() => {});
      await running;
      await heartbeat.close();
      if (workerId !== undefined) await jobs.leave(workerId).catch(() => {});
    },
  };
}
