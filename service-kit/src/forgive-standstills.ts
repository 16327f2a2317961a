/**
 * The time in which this process itself stood still does not count against Redis. Timers come before input in the event loop: after
 * a pause longer than a command's limit (a throttled container, a machine that is moved, a laptop's lid) every command under way
 * would be given up although its answer has come meanwhile, or its server stood still as well.
 */
import { Command } from 'ioredis';

interface TimedCommand {
  /** ioredis clears it as soon as the command is answered. */
  _commandTimeoutTimer?: NodeJS.Timeout | undefined;
  readonly isSettled: boolean;
  setTimeout(limitMs: number): void;
  reject(error: Error): void;
}

/** For every command of ioredis in this process that has a limit; of a Cluster, too, which makes its own connections. */
export function forgiveStandstills(): void {
  (Command.prototype as unknown as TimedCommand).setTimeout = function (limitMs) {
    if (this._commandTimeoutTimer !== undefined) return;
    const dueMs = performance.now() + limitMs;
    const giveUp = () => {
      if (!this.isSettled) this.reject(new Error('Command timed out'));
    };
    this._commandTimeoutTimer = setTimeout(() => {
      // As much again as it is late, and at the least one look at what has come in.
      const lateMs = Math.max(0, performance.now() - dueMs);
      this._commandTimeoutTimer = setTimeout(giveUp, Math.min(lateMs, limitMs));
    }, limitMs);
  };
}
