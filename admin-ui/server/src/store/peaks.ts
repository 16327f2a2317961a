/** The most that were ever seen waiting and inside, by drop; noted as long as a drop runs. */
import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface Peaks {
  readonly waiting: number;
  readonly waitingAt: Date;
  readonly inside: number;
  readonly insideAt: Date;
}

export interface PeakStore {
  see(drop: string, waiting: number, inside: number): Promise<void>;
  find(drop: string): Promise<Peaks | undefined>;
}

export function createPeakStore(database: Database): PeakStore {
  return {
    async see(drop, waiting, inside) {
      await sql`insert into admin.peaks as p (drop_id, waiting, waiting_at, inside, inside_at)
        values (${drop}, ${waiting}, now(), ${inside}, now())
        on conflict (drop_id) do update set
          waiting = greatest(p.waiting, excluded.waiting),
          waiting_at = case when excluded.waiting > p.waiting then now() else p.waiting_at end,
          inside = greatest(p.inside, excluded.inside),
          inside_at = case when excluded.inside > p.inside then now() else p.inside_at end
        where excluded.waiting > p.waiting or excluded.inside > p.inside`.execute(database);
    },
    async find(drop) {
      const row = await database
        .selectFrom('admin.peaks')
        .selectAll()
        .where('drop_id', '=', drop)
        .executeTakeFirst();
      return (
        row && {
          waiting: row.waiting,
          waitingAt: row.waiting_at,
          inside: row.inside,
          insideAt: row.inside_at,
        }
      );
    },
  };
}
