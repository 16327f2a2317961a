/** Runs a service as a process: starts it, says what is wrong with its configuration, ends it in order. */

import { hostname } from 'node:os';
import closeWithGrace from 'close-with-grace';
import { type Logger, pino } from 'pino';
import { ConfigError } from './config.ts';
import { createLogger } from './logger.ts';

/** Requests in flight get this long; then the process ends anyway. */
const CLOSE_TIMEOUT_MS = 10_000;
const EXIT_CONFIG = 2;
const LEVELS = new Set([...Object.keys(pino.levels.values), 'silent']);

export interface ServiceOptions {
  readonly name: string;
  readonly start: (log: Logger) => Promise<{ close(): Promise<void> }>;
  /** Default 10,000. */
  readonly closeTimeoutMs?: number;
}

/** Never returns a failure: it prints it and sets the exit code (2 for the configuration, 1 for anything else). */
export function runService({ name, start, closeTimeoutMs = CLOSE_TIMEOUT_MS }: ServiceOptions): void {
  const { LOG_LEVEL, LOG_PRETTY, INSTANCE_ID } = process.env;
  const log = createLogger({
    name,
    // A level that does not exist is the configuration's to report, with everything else that is wrong.
    level: LEVELS.has(LOG_LEVEL ?? '') ? (LOG_LEVEL as string) : 'info',
    pretty: LOG_PRETTY === 'true' || LOG_PRETTY === '1',
    instance: INSTANCE_ID || `${hostname()}:${process.pid}`,
  });
  start(log).then(
    (running) => {
      closeWithGrace({ delay: closeTimeoutMs, logger: log as never }, async ({ err, signal }) => {
        if (err) log.fatal({ err }, 'unexpected fault, closing');
        else log.info({ signal }, 'closing');
        await running.close();
      });
    },
    (error: unknown) => {
      if (error instanceof ConfigError) {
        for (const fault of error.faults) process.stderr.write(`${name}: ${fault}\n`);
        process.exit(EXIT_CONFIG);
      }
      log.fatal({ err: error }, 'cannot start');
      process.exit(1);
    },
  );
}
