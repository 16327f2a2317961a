/** Starts what every instance does each second beside answering. Any number of instances may. */
import { type RepeatingJob, repeat } from '@sluice/service-kit';
import { archiveDrop } from '../acts/archive-drop.ts';
import { changeDrop } from '../acts/change-drop.ts';
import { type ControlPlane, SYSTEM } from '../acts/control-plane.ts';
import { endRehearsals } from '../acts/end-rehearsals.ts';
import { enterJournal, enterKept } from '../acts/enter-journal.ts';
import { makeDueOccurrences } from '../acts/make-occurrences.ts';
import { noteCodeUses } from '../acts/note-code-uses.ts';
import { NO_OVERRIDE } from '../acts/override-drop.ts';
import { projectDrop } from '../acts/project-drop.ts';
import { makeReport } from '../acts/report-drop.ts';
import { placeLogo } from '../acts/set-logo.ts';
import { setUpCheckout } from '../acts/set-up-checkout.ts';
import { archiveDrops } from '../jobs/archive-drops.ts';
import { reconcileRedis, sendSetups } from '../jobs/reconcile.ts';
import type { AdminMetrics } from './metrics.ts';

/** Policy is back within a second or two of what lost it (Q1). */
const EVERY_MS = 1000;
/** What can be cut off the end of the audit log without a trace. */
const HEAD_EVERY_MS = 60_000;
/** A peak of a line that lasts minutes is not missed. */
const PEAKS_EVERY_MS = 5000;
/** Somebody who looks whether a guest has come. */
const CODE_USES_EVERY_MS = 2000;
/** Each is a second of work at the most; the others come in the next round. */
const LOGOS_AT_ONCE = 2;
/** Drops of a series are made days ahead. */
const OCCURRENCES_EVERY_MS = 15_000;
/** Nobody waits for a drop to be archived. */
const ARCHIVE_EVERY_MS = 5000;
/** Of what strangers have tried, a day is kept; it may be an hour more. */
const FORGET_ATTEMPTS_EVERY_MS = 3_600_000;

export interface JobOptions {
  readonly noteHead: () => Promise<void>;
  readonly forgetAttempts: () => Promise<void>;
  /** From the end of a drop on. */
  readonly archiveAfterMs: number;
}

export function startJobs(
  plane: ControlPlane,
  metrics: AdminMetrics,
  { noteHead, forgetAttempts, archiveAfterMs }: JobOptions,
): RepeatingJob {
  const { drops, setups, projection, archives, source, log } = plane;
  /** Jobs that fail: an outage is one line in the log, and its end another. */
  const failing = new Set<string>();
  const start = (job: string, run: () => Promise<unknown>, everyMs = EVERY_MS) =>
    repeat({
      everyMs,
      async run() {
        await run();
        if (failing.delete(job)) log.info({ job }, 'a job works again');
      },
      onError(err) {
        if (!failing.has(job)) log.warn({ err, job }, 'a job failed and will run again');
        failing.add(job);
      },
    });

  const jobs = [
    start('compare', async () => {
      await enterKept(plane);
      await reconcileRedis({
        drops,
        projection,
        async project(id) {
          await enterJournal(plane, id);
          const drop = await drops.find(id);
          if (drop) await projectDrop(plane, drop);
        },
        observe: (lacking) => metrics.lacking.set(lacking),
      });
      metrics.comparedAt.setToCurrentTime();
    }),
    // Without a checkout nobody is told; should there be one later, it hears of every drop.
    ...(plane.checkout === null
      ? []
      : [
          start('set-up', () =>
            sendSetups(
              setups,
              (setup) => setUpCheckout(plane, setup),
              (pending) => metrics.pendingSetups.set(pending),
            ),
          ),
        ]),
    start('end-overrides', async () => {
      for (const drop of await drops.withEnded()) {
        await changeDrop(plane, {
          ...{ act: 'time.over', drop, actor: SYSTEM, reason: 'its time was over', ifVersion: null },
          isConfirmed: true,
          decide: ({ overrideUntil, ignoreCapacityUntil }, { asOf }) => ({
            ...(overrideUntil && overrideUntil <= asOf ? NO_OVERRIDE : {}),
            ...(ignoreCapacityUntil && ignoreCapacityUntil <= asOf ? { ignoreCapacityUntil: null } : {}),
          }),
        });
      }
    }),
    start(
      'peaks',
      async () => {
        const ids = (await drops.projected()).map(({ id }) => id);
        for (const [id, { waiting, present, sessions }] of await projection.live(ids))
          if (waiting + present + sessions > 0) await plane.peaks.see(id, waiting + present, sessions);
      },
      PEAKS_EVERY_MS,
    ),
    start(
      'code-uses',
      async () => {
        for (const drop of await plane.codeUses.drops()) await noteCodeUses(plane, drop);
      },
      CODE_USES_EVERY_MS,
    ),
    start('logos', async () => {
      for (const upload of await plane.logos.claim(LOGOS_AT_ONCE)) await placeLogo(plane, upload);
    }),
    start('occurrences', () => makeDueOccurrences(plane), OCCURRENCES_EVERY_MS),
    start('rehearsals', () => endRehearsals(plane)),
    start('note-head', noteHead, HEAD_EVERY_MS),
    start('forget-attempts', forgetAttempts, FORGET_ATTEMPTS_EVERY_MS),
    start(
      'archive',
      () =>
        archiveDrops({
          ...{ archives, source, archiveAfterMs },
          archive: async (drop) => {
            const { status } = await archiveDrop(plane, drop, {
              ...{ archiveAfterMs, now: new Date() },
              report: (id) => makeReport(plane, id),
            });
            return status === 'archived';
          },
          observe: (failing) => metrics.failingArchives.set(failing),
        }),
      ARCHIVE_EVERY_MS,
    ),
  ];
  return {
    async close() {
      await Promise.all(jobs.map((job) => job.close()));
    },
  };
}
