/**
 * `npx sluice status|pause|resume|drain|close|rate <drop> [value] [--confirm] [--reason <text>]`: steers a drop from a
 * shell, straight in Redis, with whatever else is down. The control plane enters it in its ledger and audit log.
 */
import { hostname, userInfo } from 'node:os';
import {
  connectRedis,
  createLogger,
  isStoreFault,
  loadConfig,
  Problem,
  registerProblems,
} from '@sluice/service-kit';
import { Type } from 'typebox';
import { actWithoutLedger } from './acts/act-without-ledger.ts';
import { rateChange } from './acts/change-rate.ts';
import { OVERRIDE_ACTS, overrideChange } from './acts/override-drop.ts';
import { PROBLEMS } from './contract/problems.ts';
import type { Drop, DropChange } from './domain/drop.ts';
import { asksForHelp, inShellWords, parseCommand, USAGE } from './domain/shell-command.ts';
import { createJournal } from './projection/journal.ts';
import type { LivePicture } from './projection/live.ts';
import { createKeptJournal } from './store/journal-file.ts';

const EXIT_REFUSED = 1;
const EXIT_USAGE = 2;

const variables = Type.Object({
  REDIS_URL: Type.String({ pattern: '^rediss?://', description: "the room's Redis" }),
  JOURNAL_FILE: Type.Optional(Type.String({ minLength: 1 })),
});

function tell(drop: Drop, live: LivePicture | undefined): void {
  const { id, override, admission, policyVersion, ramp } = drop;
  const rate = `${admission.ratePerMinute} a minute${ramp ? ` (from ${ramp.fromPerMinute} until ${ramp.endsAt})` : ''}`;
  console.log(
    `${id}: ${live?.phase ?? 'unknown'}${override ? ` (${override})` : ''}, ${rate}, policy v${policyVersion}`,
  );
  if (live)
    console.log(
      `${live.waiting} waiting, ${live.called} called, ${live.present} checked in, ${live.sessions} inside, ${live.enteredTotal} entered`,
    );
}

async function run(): Promise<number> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) {
    console.log(USAGE);
    return 0;
  }
  const command = parseCommand(args);
  if ('fault' in command) {
    console.error(`${command.fault}\n${USAGE}`);
    return EXIT_USAGE;
  }
  registerProblems(PROBLEMS);
  const { REDIS_URL, JOURNAL_FILE } = loadConfig(variables);
  const log = createLogger({ name: 'sluice', level: 'silent' });
  const redis = connectRedis({ url: REDIS_URL, name: 'sluice', log, commandTimeoutMs: 2000 });
  try {
    await new Promise<void>((resolve, reject) => redis.once('ready', resolve).once('error', reject));
    const journal = createJournal(redis);
    const kept = createKeptJournal(JOURNAL_FILE);
    const { verb, drop: id, rate, isConfirmed, reason } = command;
    if (verb !== 'status') {
      const actor = `shell ${userInfo().username}@${hostname()}`;
      const decide = (drop: Drop, live: LivePicture): DropChange | null =>
        verb === 'rate'
          ? rateChange(rate ?? {}, drop, live)
          : overrideChange(
              { override: OVERRIDE_ACTS[verb], owner: actor, reason, seconds: null },
              drop,
              live,
            );
      await actWithoutLedger(
        journal,
        {
          ...{ act: verb === 'rate' ? 'rate.change' : `drop.${verb}`, drop: id, actor, reason },
          ...{ ifVersion: null, isConfirmed, decide },
        },
        (entry) => kept.append(entry),
      );
    }
    const [plan, pictures] = await Promise.all([journal.plan(id), journal.live(id)]);
    if (!plan) {
      console.error(`The room knows no drop "${id}".`);
      return EXIT_REFUSED;
    }
    tell(plan, pictures.get(id));
    return 0;
  } catch (error) {
    if (error instanceof Problem) {
      console.error(inShellWords(error.detail ?? error.title));
      return EXIT_REFUSED;
    }
    if (isStoreFault(error)) {
      console.error(`Redis does not answer: ${(error as Error).message}`);
      return EXIT_REFUSED;
    }
    throw error;
  } finally {
    redis.disconnect();
  }
}

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = EXIT_USAGE;
}
