/** Waits for a condition instead of for time to pass. */

const EVERY_MS = 20;

export interface WaitOptions {
  readonly timeoutMs?: number;
  /** Longer where every look counts against a limit. */
  readonly everyMs?: number;
  /** For the error. */
  readonly what?: string;
}

/**
 * Asks `condition` until it is truthy and returns that.
 * @throws Error when it is not within the limit (default 20 s: generous, since machines are busy), with the last error it threw
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 20_000, everyMs = EVERY_MS, what = 'the condition' }: WaitOptions = {},
): Promise<NonNullable<T>> {
  const endsMs = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as NonNullable<T>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > endsMs)
      throw new Error(`${what} did not come about within ${timeoutMs} ms`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
