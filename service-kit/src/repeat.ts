/** Runs a job again and again with a pause between, never twice at once, until closed. A failure is logged, not fatal. */

export interface RepeatingJob {
  /** Resolves when the run that is under way has finished; none follows. */
  close(): Promise<void>;
}

export interface RepeatOptions {
  everyMs: number;
  run: () => Promise<unknown>;
  onError: (error: unknown) => void;
}

/** Starts at once. The pause varies by a tenth, so that instances drift apart instead of meeting at every round. */
export function repeat({ everyMs, run, onError }: RepeatOptions): RepeatingJob {
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();

  async function round(): Promise<void> {
    const startedAt = performance.now();
    try {
      await run();
    } catch (error) {
      onError(error);
    }
    const pauseMs = everyMs * (0.95 + Math.random() * 0.1) - (performance.now() - startedAt);
    if (!isClosed) timer = setTimeout(start, Math.max(everyMs / 10, pauseMs));
  }
  function start(): void {
    current = round();
  }

  start();
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await current;
    },
  };
}
