/** Runs a service as a process: starts it, says what is wrong with its configuration, ends it in order. */

import { hostname } from 'node:os';
import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import { ConfigError } from './config.ts';
import { createLogger } from './logger.ts';

/** Requests in flight get this long; then the process ends anyway. */
const CLOSE_TIMEOUT_MS = 10_000;
const EXIT_CONFIG = 2;

export interface ServiceOptions {
  readonly name: string;
  readonly start: (log: Logger) => Promise<{ close(): Promise<void> }>;
}

/** Never returns a failure: it prints it and sets the exit code (2 for the configuration, 1 for anything else). */
export function runService({ name, start }: ServiceOptions): void {
  const { LOG_LEVEL, LOG_PRETTY, INSTANCE_ID } = process.env;
  const log = createLogger({
    name,
    level: LOG_LEVEL || 'info',
    pretty: LOG_PRETTY === 'true' || LOG_PRETTY === '1',
    instance: INSTANCE_ID || `${hostname()}:${process.pid}`,
  });
  start(log).then(
    (running) => {
      closeWithGrace({ delay: CLOSE_TIMEOUT_MS, logger: log as never }, async ({ err, signal }) => {
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
