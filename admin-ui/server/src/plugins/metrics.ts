/** Every metric of the control plane, by name. Labels are bounded: acts and outcomes; never an operator or a drop. */
import type { Metrics } from '@sluice/service-kit';

export type AdminMetrics = ReturnType<typeof createAdminMetrics>;

export function createAdminMetrics(metrics: Metrics) {
  const signIns = metrics.counter({
    name: 'admin_sign_ins_total',
    help: 'Sign-ins, by outcome',
    labelNames: ['outcome'],
  });
  // An alert on what nobody has done yet must find a series.
  for (const outcome of ['done', 'refused', 'throttled', 'mfa-missing']) signIns.inc({ outcome }, 0);
  return {
    acts: metrics.counter({
      name: 'admin_acts_total',
      help: 'Acts that changed something, by act',
      labelNames: ['act'],
    }),
    projections: metrics.counter({
      name: 'admin_projections_total',
      help: 'Writes of a policy to Redis, by outcome',
      labelNames: ['outcome'],
    }),
    setups: metrics.counter({
      name: 'admin_checkout_setups_total',
      help: 'Times the checkout was told what a drop sells, by outcome',
      labelNames: ['outcome'],
    }),
    lacking: metrics.gauge({
      name: 'admin_redis_lacking_drops',
      help: 'Drops that Redis did not hold as planned when it was last compared',
    }),
    pendingSetups: metrics.gauge({
      name: 'admin_checkout_pending_drops',
      help: 'Drops that the checkout does not know as planned yet',
    }),
    comparedAt: metrics.gauge({
      name: 'admin_redis_compared_timestamp_seconds',
      help: 'When Redis was last compared with the plans',
    }),
    headAt: metrics.gauge({
      name: 'admin_audit_head_timestamp_seconds',
      help: "When the audit log's signed head was last written outside the database",
    }),
    archived: metrics.counter({
      name: 'admin_drops_archived_total',
      help: 'Drops whose keys have left Redis',
    }),
    removedKeys: metrics.counter({
      name: 'admin_redis_keys_removed_total',
      help: 'Keys of archived drops removed from Redis',
    }),
    archiveFailures: metrics.counter({
      name: 'admin_archive_failures_total',
      help: 'Tries at archiving a drop that failed',
    }),
    failingArchives: metrics.gauge({
      name: 'admin_archive_failing_drops',
      help: 'Drops that could not be archived when it was last tried',
    }),
    refusedKeys: metrics.counter({
      name: 'admin_refused_credentials_total',
      help: 'Requests with a wrong key or session, or none',
    }),
    signIns,
  };
}
