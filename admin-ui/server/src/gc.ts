/**
 * `npm run gc -- [--dry-run] [--drop <id>] [--without-roster] [--json]`: removes from Redis what no drop needs there, after it
 * is stored, and says what and why. Exit code 0: done, or nothing to do; 1: something was hindered; 2: wrong arguments or
 * configuration.
 */
import { parseArgs } from 'node:util';
import { ConfigError, connectPostgres, connectRedis, createLogger, loadConfig } from '@sluice/service-kit';
import { type Static, Type } from 'typebox';
import { type Cleaned, collectGarbage, type Finding, findGarbage } from './acts/collect-garbage.ts';
import type { Archiving } from './acts/control-plane.ts';
import { makeReport } from './acts/report-drop.ts';
import { createCheckoutClient } from './clients/checkout.ts';
import { AUDIT_VARIABLES, CONTROL_VARIABLES } from './config.ts';
import { createAuditKeys } from './domain/audit-keys.ts';
import { createArchiveSource } from './projection/archive-source.ts';
import { createDropReader } from './projection/drop-log.ts';
import { createProjection } from './projection/projection.ts';
import { createArchiveStore } from './store/archives.ts';
import { createDatabase } from './store/database.ts';
import { createDropStore } from './store/drops.ts';
import { createPeakStore } from './store/peaks.ts';
import { createSeedVault } from './store/seed-vault.ts';

const EXIT_HINDERED = 1;
const EXIT_USAGE = 2;

const Variables = Type.Object({
  DATABASE_URL: AUDIT_VARIABLES.properties.DATABASE_URL,
  SEED_KEY: AUDIT_VARIABLES.properties.SEED_KEY,
  REDIS_URL: CONTROL_VARIABLES.REDIS_URL,
  ARCHIVE_AFTER_HOURS: CONTROL_VARIABLES.ARCHIVE_AFTER_HOURS,
  CHECKOUT_INTERNAL_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'for the units in reports; without it they are left out',
    }),
  ),
  SERVICE_TOKEN: Type.Optional(Type.String({ minLength: 32 })),
});

interface Arguments {
  readonly isDryRun: boolean;
  readonly isJson: boolean;
  readonly only: string | undefined;
  readonly isRosterGivenUp: boolean;
}

/** @throws ConfigError telling what is wrong with them */
function readArguments(): Arguments {
  try {
    const { values } = parseArgs({
      options: {
        'dry-run': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        drop: { type: 'string' },
        'without-roster': { type: 'boolean', default: false },
      },
    });
    if (values['without-roster'] && !values.drop)
      throw new Error('--without-roster gives up a draw for good: say of which drop, with --drop <id>');
    return {
      isDryRun: values['dry-run'],
      isJson: values.json,
      only: values.drop,
      isRosterGivenUp: values['without-roster'],
    };
  } catch (error) {
    throw new ConfigError([(error as Error).message]);
  }
}

async function run(
  { isDryRun, only, isRosterGivenUp }: Arguments,
  variables: Static<typeof Variables>,
): Promise<readonly (Finding | Cleaned)[]> {
  const log = createLogger({ name: 'gc', level: 'silent' });
  const database = createDatabase(connectPostgres({ url: variables.DATABASE_URL, log, max: 2 }));
  const redis = connectRedis({ url: variables.REDIS_URL, name: 'gc', log, commandTimeoutMs: 10_000 });
  const keys = createAuditKeys(variables.SEED_KEY);
  const plane: Archiving = {
    drops: createDropStore(database, createSeedVault(variables.SEED_KEY), keys),
    archives: createArchiveStore(database, keys),
    source: createArchiveSource(redis),
    log,
    count: { archived() {}, archiveFailed() {} },
  };
  const reporting = {
    ...plane,
    projection: createProjection(redis),
    peaks: createPeakStore(database),
    reader: createDropReader(redis),
    checkout:
      variables.CHECKOUT_INTERNAL_URL === undefined
        ? null
        : createCheckoutClient({
            url: variables.CHECKOUT_INTERNAL_URL,
            serviceToken: variables.SERVICE_TOKEN ?? '',
          }),
  };
  const options = {
    report: (drop: string) => makeReport(reporting, drop),
    archiveAfterMs: variables.ARCHIVE_AFTER_HOURS * 3_600_000,
    now: new Date(),
    ...{ only, isRosterGivenUp },
  };
  try {
    await new Promise((resolve, reject) => {
      redis.once('ready', resolve).once('close', () => reject(new Error('REDIS_URL does not answer')));
    });
    return isDryRun ? await findGarbage(plane, options) : await collectGarbage(plane, options);
  } finally {
    redis.disconnect();
    await database.destroy();
  }
}

function tell(findings: readonly (Finding | Cleaned)[], { isDryRun, isJson }: Arguments): void {
  const removed = findings.reduce((sum, one) => sum + ('removed' in one ? one.removed : 0), 0);
  const hindered = findings.filter((one) => 'hindrance' in one && one.hindrance !== null);
  if (isJson) {
    console.log(JSON.stringify({ ok: hindered.length === 0, dryRun: isDryRun, removed, findings }));
    return;
  }
  for (const one of findings) {
    const size = `${one.keys} keys, ${(one.bytes / 1e6).toFixed(1)} MB`;
    const hindrance = 'hindrance' in one && one.hindrance ? `; not done: ${one.hindrance}` : '';
    console.log(`${one.act.padEnd(7)} ${one.drop.padEnd(24)} ${size.padEnd(20)} ${one.why}${hindrance}`);
  }
  const todo = findings.filter(({ act }) => act !== 'keep').length;
  console.log(
    isDryRun
      ? `${todo} of ${findings.length} drops would leave Redis; nothing was changed`
      : `${todo - hindered.length} of ${todo} drops have left Redis, ${removed} keys removed`,
  );
}

try {
  const given = readArguments();
  const findings = await run(given, loadConfig(Variables));
  tell(findings, given);
  const isHindered = findings.some((one) => 'hindrance' in one && one.hindrance !== null);
  process.exitCode = isHindered ? EXIT_HINDERED : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof ConfigError ? EXIT_USAGE : EXIT_HINDERED;
}
