/** One running instance: connections, migrations, the two listeners, the jobs; and their end, in the reverse order. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import {
  connectPostgres,
  connectRedis,
  createInternalApp,
  createMetrics,
  untilReached,
} from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import { createIdentity } from './accounts/create-identity.ts';
import type { ControlPlane } from './acts/control-plane.ts';
import { createLedger } from './acts/ledger.ts';
import { verifyAudit } from './acts/verify-audit.ts';
import { buildApp } from './app.ts';
import { createCheckoutClient } from './clients/checkout.ts';
import { type Config, readConfig } from './config.ts';
import { createCrowds } from './crowd/crowds.ts';
import { createCodeKeys } from './domain/access-codes.ts';
import { createAuditKeys, type SignedHead } from './domain/audit-keys.ts';
import { createPreviewSigner } from './domain/preview-links.ts';
import { createSigner } from './domain/signed-links.ts';
import { noteHead } from './jobs/note-head.ts';
import { migrate } from './migrate.ts';
import { startJobs } from './plugins/jobs.ts';
import { createLiveReaders } from './plugins/live-readers.ts';
import { createLiveStreams } from './plugins/live-streams.ts';
import { createAdminMetrics } from './plugins/metrics.ts';
import { createArchiveSource } from './projection/archive-source.ts';
import { createDropReader } from './projection/drop-log.ts';
import { createJournal } from './projection/journal.ts';
import { createLiveReader } from './projection/live-state.ts';
import { createProjection } from './projection/projection.ts';
import { createSessionCache } from './projection/session-cache.ts';
import { archivedDrawRoutes } from './routes/archived-draws.ts';
import { createArchiveStore } from './store/archives.ts';
import { appendHead, readHeads } from './store/audit-heads.ts';
import { createAuditLog } from './store/audit-log.ts';
import { createCodeUseStore } from './store/code-uses.ts';
import { createDatabase } from './store/database.ts';
import { createDropStore } from './store/drops.ts';
import { createKeptJournal } from './store/journal-file.ts';
import { createLogoStore } from './store/logos.ts';
import { createPeakStore } from './store/peaks.ts';
import { createRehearsalStore } from './store/rehearsals.ts';
import { createSeedVault } from './store/seed-vault.ts';
import { createSeriesStore } from './store/series.ts';
import { createSetupStore } from './store/setups.ts';

/** An operator rather waits a moment than repeats an act whose outcome they do not know. */
const REDIS_TIMEOUT_MS = 2000;

export interface RunningControlPlane {
  readonly url: string;
  readonly internalUrl: string;
  /** Notes the audit log's end now instead of within the minute. */
  noteHead(): Promise<void>;
  close(): Promise<void>;
}

export async function startControlPlane(
  log: FastifyBaseLogger,
  config: Config = readConfig(),
): Promise<RunningControlPlane> {
  const instance = config.INSTANCE_ID ?? `${hostname()}:${process.pid}`;
  await untilReached(
    () => migrate(config.DATABASE_URL, (message) => log.debug(message)),
    (err) => log.warn({ err }, 'waiting for Postgres'),
  );

  const metrics = createMetrics({ service: 'admin-server', instance });
  const adminMetrics = createAdminMetrics(metrics);
  const pool = connectPostgres({ url: config.DATABASE_URL, log, max: config.DATABASE_CONNECTIONS });
  const database = createDatabase(pool);
  const redis = connectRedis({
    url: config.REDIS_URL,
    name: 'admin-server',
    log,
    commandTimeoutMs: REDIS_TIMEOUT_MS,
  });
  const auditKeys = createAuditKeys(config.SEED_KEY);
  const codeKeyOf = createCodeKeys(config.SEED_KEY);
  const ledger = createLedger();
  let listeningAt = '';
  const publicUrl = () => new URL(config.PUBLIC_URL ?? listeningAt);
  const plane: ControlPlane = {
    drops: createDropStore(database, createSeedVault(config.SEED_KEY), auditKeys),
    audit: createAuditLog(database, auditKeys),
    async verifyAudit() {
      const file = config.AUDIT_HEADS_FILE;
      // In its first minute there is no file yet.
      const heads = file !== undefined && existsSync(file) ? await readHeads(file) : [];
      return verifyAudit(plane.audit, auditKeys, heads);
    },
    setups: createSetupStore(database),
    series: createSeriesStore(database, auditKeys),
    projection: createProjection(redis, codeKeyOf),
    codeKeyOf,
    archives: createArchiveStore(database, auditKeys),
    source: createArchiveSource(redis),
    reader: createDropReader(redis),
    peaks: createPeakStore(database),
    codeUses: createCodeUseStore(database, auditKeys),
    logos: createLogoStore(database),
    journal: createJournal(redis),
    kept: createKeptJournal(config.JOURNAL_FILE),
    ledger,
    checkout:
      config.CHECKOUT_INTERNAL_URL === undefined
        ? null
        : createCheckoutClient({ url: config.CHECKOUT_INTERNAL_URL, serviceToken: config.SERVICE_TOKEN }),
    previews: {
      sign: createPreviewSigner(config.SERVICE_TOKEN),
      origin: () => publicUrl().origin,
      roomOrigin: config.ROOM_URL === undefined ? null : new URL(config.ROOM_URL).origin,
    },
    signPass: createSigner(config.SERVICE_TOKEN, 'sluice staff pass'),
    rehearsals: createRehearsalStore(database, auditKeys),
    crowds: createCrowds(log),
    rehearsing: {
      instance,
      roomUrl: config.ROOM_URL ?? null,
      checkoutUrl: config.CHECKOUT_URL ?? null,
    },
    rehearsed: new Map(),
    log,
    count: {
      act: (act) => adminMetrics.acts.inc({ act }),
      projected: (outcome) => adminMetrics.projections.inc({ outcome }),
      setUp: (outcome) => adminMetrics.setups.inc({ outcome }),
      archived(keys) {
        adminMetrics.archived.inc();
        adminMetrics.removedKeys.inc(keys);
      },
      archiveFailed: () => adminMetrics.archiveFailures.inc(),
    },
  };
  const identity = createIdentity({
    ...{ database, auditKeys, audit: plane.audit, config, ledger, log },
    sessionCache: createSessionCache(redis),
    publicUrl,
    onSignIn: (outcome) => adminMetrics.signIns.inc({ outcome }),
  });
  const readers = createLiveReaders({ reader: createLiveReader(redis), sources: plane, log });
  const app = await buildApp({
    plane,
    live: { readers, streams: createLiveStreams(readers) },
    identity,
    operatorKey: config.OPERATOR_KEY,
    redis,
    log,
    metrics,
    trustedProxies: config.TRUSTED_PROXIES,
    onRefusedKey() {
      identity.refusals.credential();
      adminMetrics.refusedKeys.inc();
    },
    ready: () => pool.query('select 1'),
  });
  const internal = createInternalApp({ logger: log, metrics });
  await internal.register(archivedDrawRoutes, { plane, serviceToken: config.SERVICE_TOKEN });

  const url = await app.listen({ host: config.HOST, port: config.PORT });
  listeningAt = url;
  const internalUrl = await internal.listen({ host: config.HOST, port: config.INTERNAL_PORT });
  const heads = {
    audit: plane.audit,
    keys: auditKeys,
    takeRefused: () => identity.refusals.take(),
    async write(head: SignedHead) {
      // The log is outside the database, too.
      log.info({ head }, 'audit head');
      if (config.AUDIT_HEADS_FILE !== undefined) await appendHead(config.AUDIT_HEADS_FILE, head);
      adminMetrics.headAt.setToCurrentTime();
    },
  };
  const jobs = startJobs(plane, adminMetrics, {
    noteHead: () => noteHead(heads),
    forgetAttempts: () => identity.attempts.sweep(),
    archiveAfterMs: config.ARCHIVE_AFTER_HOURS * 3_600_000,
  });
  log.info({ url, internalUrl }, 'listening');
  return {
    url,
    internalUrl,
    noteHead: () => noteHead(heads),
    async close() {
      await app.close();
      await jobs.close();
      await plane.crowds.close();
      await internal.close();
      await Promise.all([database.destroy(), redis.quit().catch(() => redis.disconnect())]);
    },
  };
}
