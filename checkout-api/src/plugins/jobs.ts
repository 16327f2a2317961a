/** What every instance does beside answering: expiring, reporting. Any number of instances may. */
import { type RepeatingJob, repeat } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import { isRehearsal } from '../domain/rehearsal.ts';
import { expireDue } from '../jobs/expire.ts';
import { type ReportOptions, reportAll } from '../jobs/report.ts';
import type { ReservationStore } from '../store/reservations.ts';
import type { SessionStore } from '../store/sessions.ts';
import type { CheckoutMetrics } from './metrics.ts';

/** Promised: a hold is given back at most two seconds late. */
const expireEveryMs = 500;
/** The room counts on a report each second (Q30), and who was revoked is told with it (ADR 0126). */
export const reportEveryMs = 1000;

export interface JobsOptions extends Omit<ReportOptions, 'onError' | 'onDelivered' | 'observe'> {
  log: FastifyBaseLogger;
  metrics: CheckoutMetrics;
  reservations: ReservationStore;
  sessions: SessionStore;
}

export function startJobs(options: JobsOptions): RepeatingJob {
  const { log, metrics, reservations, sessions } = options;
  /** Drops the room does not take reports of: an outage is one line in the log, and its end another. */
  const untold = new Set<string>();
  const failing = (job: string) => (err: unknown) =>
    log.warn({ err, job }, 'a job failed and will run again');

  const jobs = [
    repeat({
      everyMs: expireEveryMs,
      onError: failing('expire'),
      run: () =>
        expireDue({
          reservations,
          sessions,
          observe(lagsSeconds) {
            metrics.expired.inc(lagsSeconds.length);
            metrics.expiryLagSeconds.set(Math.max(0, ...lagsSeconds));
            for (const seconds of lagsSeconds) metrics.holdExpiryLagSeconds.observe(seconds);
          },
        }),
    }),
    repeat({
      everyMs: reportEveryMs,
      onError: failing('report'),
      run: () =>
        reportAll({
          ...options,
          onError(err, drop) {
            if (!isRehearsal(drop)) metrics.reportFailures.inc({ to: 'room' });
            if (!untold.has(drop))
              log.warn({ err, drop }, 'the waiting room takes no report; it will be told again');
            untold.add(drop);
          },
          onDelivered(drop) {
            if (untold.delete(drop)) log.info({ drop }, 'the waiting room takes reports again');
          },
          observe(drop, inside, held, sellable) {
            // Neither scaling nor an alert goes by a rehearsal.
            if (isRehearsal(drop)) return;
            metrics.sessionsInside.set({ drop }, inside);
            metrics.unitsHeld.set({ drop }, held);
            metrics.unitsSellable.set({ drop }, sellable);
          },
        }),
    }),
  ];
  return {
    async close() {
      await Promise.all(jobs.map((job) => job.close()));
    },
  };
}
