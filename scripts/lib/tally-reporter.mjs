// @ts-check
// A vitest reporter that leaves the numbers of a run, and each skip with its reason, in the file SLUICE_TALLY names.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** @typedef {{ passed: number, failed: number, skips: { name: string, reason: string }[], failures: string[] }} Tally */

/** Counts what a vitest run did. */
export default class TallyReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly { message: string }[]} unhandledErrors not instances of Error: they crossed a process
   */
  onTestRunEnd(modules, unhandledErrors) {
    const file = process.env.SLUICE_TALLY;
    if (!file) return;
    /** @type {Tally} */
    const tally = { passed: 0, failed: 0, skips: [], failures: [] };
    const fail = (/** @type {string} */ name) => {
      tally.failed += 1;
      tally.failures.push(name);
    };
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        const result = test.result();
        if (result.state === 'passed') tally.passed += 1;
        else if (result.state === 'skipped')
          tally.skips.push({ name, reason: result.note ?? 'no reason given' });
        else {
          failedTests += 1;
          fail(name);
        }
      }
      // A file that could not be loaded, or whose hook failed, has no failed test of its own.
      if (!module.ok() && failedTests === 0) fail(module.relativeModuleId);
    }
    for (const { message } of unhandledErrors) fail(`unhandled error: ${message}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(tally));
  }
}
