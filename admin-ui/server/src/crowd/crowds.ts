/** The crowds that this instance has let loose, each in a process of its own: operators must not wait for shoppers. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { FastifyBaseLogger } from 'fastify';
import type { CrowdTally } from '../domain/crowd.ts';
import type { CrowdOrder } from './main.ts';

export interface CrowdReport {
  readonly counts: CrowdTally;
  /** What shoppers could not go on from; a few. */
  readonly faults: string[];
}

export interface Crowds {
  start(order: CrowdOrder): void;
  /** Whether it is this instance's, gone home or not. */
  has(drop: string): boolean;
  /** What it told last; null before it has, and for a crowd that is another instance's. */
  report(drop: string): CrowdReport | null;
  /** Sends everybody home. Resolves when the process is gone; what it told last stays until `forget`. */
  stop(drop: string): Promise<void>;
  forget(drop: string): void;
  close(): Promise<void>;
}

const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
/** Requests under way are given up at once; more than this nothing needs. */
const KILL_AFTER_MS = 5000;

interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly gone: Promise<void>;
  report: CrowdReport | null;
}

export function createCrowds(log: FastifyBaseLogger): Crowds {
  const crowds = new Map<string, Running>();

  async function stop(drop: string): Promise<void> {
    const crowd = crowds.get(drop);
    if (!crowd) return;
    const { child, gone } = crowd;
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const killing = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    await gone;
    clearTimeout(killing);
  }

  return {
    start(order) {
      const child = spawn(process.execPath, [entry], {
        stdio: ['pipe', 'pipe', 'inherit'],
        // Nothing of this process's secrets.
        env: { PATH: process.env.PATH },
      });
      const gone = new Promise<void>((resolve) => {
        child.once('close', () => resolve());
        child.once('error', (err) => {
          log.error({ err, drop: order.drop }, 'a crowd could not be started');
          resolve();
        });
      });
      const crowd: Running = { child, gone, report: null };
      crowds.set(order.drop, crowd);
      child.stdin.on('error', () => {});
      child.stdin.write(`${JSON.stringify(order)}\n`);
      createInterface({ input: child.stdout }).on('line', (line) => {
        crowd.report = JSON.parse(line) as CrowdReport;
      });
    },
    has: (drop) => crowds.has(drop),
    report: (drop) => crowds.get(drop)?.report ?? null,
    stop,
    forget: (drop) => void crowds.delete(drop),
    async close() {
      await Promise.all([...crowds.keys()].map(stop));
    },
  };
}
