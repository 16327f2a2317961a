// Which tests are what, by the folder they are in: `domain` and `unit` are pure, `browser` drives Chromium, `load/` puts
// whole drops under load, all others talk to real Redis and Postgres. Files are isolated by name, so they run side by side.

import { defineConfig } from 'vitest/config';
import LongFilesFirst from './scripts/lib/long-files-first.mjs';

const PURE = ['**/test/domain/**/*.test.ts', '**/test/unit/**/*.test.ts'];
const BROWSER = ['**/test/browser/**/*.test.ts'];
const LOAD = ['load/**/test/**/*.test.ts'];
const NEVER = ['**/node_modules/**', '**/.sluice/**', '**/dist/**'];

export default defineConfig({
  test: {
    // Against hanging, not for speed: two cores may run two files, their services and their stores at once.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // As long as waitUntil waits; the library's own second is what a busy machine may well stand still for.
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 2,
    sequence: { sequencer: LongFilesFirst },
    reporters: ['default', './scripts/lib/tally-reporter.mjs'],
    projects: [
      { extends: true, test: { name: 'unit', include: PURE, exclude: NEVER } },
      { extends: true, test: { name: 'browser', include: BROWSER, exclude: NEVER } },
      // Of whole drops and benches, each with its services, two are run side by side at most.
      {
        extends: true,
        test: { name: 'load', include: LOAD, exclude: [...NEVER, ...PURE], maxConcurrency: 2 },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['**/test/**/*.test.ts'],
          exclude: [...NEVER, ...PURE, ...BROWSER, ...LOAD],
        },
      },
    ],
  },
});
