// @ts-check
// One line per step, with the time it took. Writes to stderr by default, so that stdout stays free for results.

/** @typedef {{ step<T>(title: string, work: (note: (text: string) => void) => T | Promise<T>): Promise<T>, note(text: string): void, elapsedSeconds(): number }} Progress */

/**
 * @param {{ stream?: NodeJS.WritableStream, quiet?: boolean }} [options] `quiet` keeps all but failed steps silent.
 * @returns {Progress}
 */
export function createProgress({ stream = process.stderr, quiet = false } = {}) {
  const startedAt = performance.now();
  return {
    async step(title, work) {
      const stepStartedAt = performance.now();
      let remark = '';
      const line = (/** @type {string} */ mark) =>
        stream.write(
          `${mark} ${title}${remark && `: ${remark}`}  ${seconds(performance.now() - stepStartedAt)}\n`,
        );
      try {
        const result = await work((text) => {
          remark = text;
        });
        if (!quiet) line('✓');
        return result;
      } catch (error) {
        line('✗');
        throw error;
      }
    },
    note(text) {
      if (!quiet) stream.write(`  ${text}\n`);
    },
    elapsedSeconds: () => (performance.now() - startedAt) / 1000,
  };
}

/**
 * @param {number} ms
 * @returns {string} such as `0.4 s`
 */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
