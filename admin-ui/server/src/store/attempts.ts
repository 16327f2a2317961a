/**
 * Failed sign-ins, counted where all instances see them. A try is counted before it is judged, so that many at once can't
 * slip through between judging and counting; one that succeeds is taken back.
 */
import { sql } from 'kysely';
import { DELAY_SECONDS_MAX } from '../domain/sign-in-delays.ts';
import type { Database } from './database.ts';

/** What is counted together: a digest, and how many failures cost nothing. */
export interface Bucket {
  readonly key: Buffer;
  readonly free: number;
}

export interface AttemptStore {
  /** @returns seconds to wait, and nothing is counted; 0: the try is counted */
  take(bucket: Bucket): Promise<number>;
  /** All is forgotten. */
  clear(bucket: Bucket): Promise<void>;
  /** One try less. */
  giveBack(bucket: Bucket): Promise<void>;
  /** Forgets what is a day old. */
  sweep(): Promise<void>;
}

const FORGOTTEN_AFTER = sql`interval '1 day'`;

export function createAttemptStore(database: Database): AttemptStore {
  return {
    async take({ key, free }) {
      const failures = sql<number>`case when a.last_at < now() - ${FORGOTTEN_AFTER} then 1 else a.failures + 1 end`;
      // As domain/sign-in-delays.ts says. By the clock at the row's lock: a statement that waited for it began before.
      const next = sql<Date>`clock_timestamp() + interval '1 second' * case when ${failures} < ${free} then 0
        else least(${DELAY_SECONDS_MAX}, power(2, least(${failures} - ${free} + 1, 20))) end`;
      const { rows } = await sql<{ wait: number | null }>`
        with taken as (
          insert into admin.sign_in_attempts as a (bucket, failures, next_at) values (${key}, 1, clock_timestamp())
          on conflict (bucket) do update set failures = ${failures}, last_at = now(), next_at = ${next}
          where a.next_at <= clock_timestamp()
          returning 1)
        select case when exists (select from taken) then 0 else
          -- Read as it was before those who came at the same time: whoever was not counted waits, whatever it says.
          greatest(1, (select ceil(extract(epoch from next_at - clock_timestamp()))::integer
            from admin.sign_in_attempts where bucket = ${key}))
        end as wait`.execute(database);
      return rows[0]?.wait ?? 1;
    },
    async clear({ key }) {
      await database.deleteFrom('admin.sign_in_attempts').where('bucket', '=', key).execute();
    },
    async giveBack({ key }) {
      await database
        .updateTable('admin.sign_in_attempts')
        .set({ failures: sql`greatest(failures - 1, 0)`, next_at: sql<Date>`least(next_at, now())` })
        .where('bucket', '=', key)
        .execute();
    },
    async sweep() {
      await database
        .deleteFrom('admin.sign_in_attempts')
        .where('last_at', '<', sql<Date>`now() - ${FORGOTTEN_AFTER}`)
        .execute();
    },
  };
}
