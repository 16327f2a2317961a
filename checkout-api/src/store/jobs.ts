/** The jobs that business transactions left behind: which workers live, and which jobs have died. */
import { type Database, query } from './statements.ts';

/** A job that has had its last try. It waits for somebody to replay it. */
export interface DeadJob {
  id: string;
  task: string;
  tries: number;
  lastError: string | null;
  createdAt: Date;
  diedAt: Date;
}

export interface JobStore {
  /** This worker lives. Frees the jobs of workers that were silent for `silentSeconds`; answers how many such there were. */
  beat(workerId: string, silentSeconds: number): Promise<number>;
  leave(workerId: string): Promise<void>;
  listDead(limit: number): Promise<DeadJob[]>;
  /** All its tries again, at once. False: there is no such dead job. */
  replay(id: string): Promise<boolean>;
  countDead(): Promise<{ jobs: number; deliveries: number }>;
}

export function createJobStore(database: Database): JobStore {
  return {
    async beat(workerId, silentSeconds) {
      const values = [workerId, silentSeconds];
      const [row] = await query<{ freed: number }>(database, 'beat-job-worker', values);
      return row?.freed ?? 0;
    },
    async leave(workerId) {
      await query(database, 'leave-job-worker', [workerId]);
    },
    listDead(limit) {
      return query<DeadJob & Record<string, unknown>>(database, 'list-dead-jobs', [limit]);
    },
    async replay(id) {
      return (await query(database, 'replay-dead-job', [id])).length === 1;
    },
    async countDead() {
      const [row] = await query<{ jobs: number; deliveries: number }>(database, 'count-dead-letters', []);
      return row ?? { jobs: 0, deliveries: 0 };
    },
  };
}
