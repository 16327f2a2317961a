/** What the waiting room is owed: sessions that opened and ended, and the capacity of each drop. */
import { type Database, query } from './statements.ts';

export interface EndedSession {
  jti: string;
  reason: 'paid' | 'released' | 'expired' | 'revoked';
}

/** One consistent reading of a drop (Q30). `seq` rises strictly, whichever instance reports. */
export interface CapacityReading {
  seq: number;
  at: Date;
  sellable: number;
  held: number;
  inside: number;
  insideWithoutHold: number;
  /** Sessions whose opening was not acknowledged yet, at most 500, oldest first. */
  opened: string[];
  /** What to acknowledge them by. */
  openedIds: string[];
}

export type MoreOpened = Pick<CapacityReading, 'seq' | 'opened' | 'openedIds'>;

export interface ReportStore {
  /** Drops the room still wants to hear of. */
  listDrops(): Promise<string[]>;
  /** Undefined while another instance reports this drop. */
  takeCapacity(drop: string, reporter: string): Promise<CapacityReading | undefined>;
  /** The next sessions that were opened, for a report that repeats the figures of the last reading under a number of its own. */
  takeMoreOpened(drop: string, reporter: string): Promise<MoreOpened | undefined>;
  /** @param ids of `openedIds` */
  acknowledgeOpened(drop: string, ids: string[]): Promise<void>;
  /** Sessions that ended and that the room has not acknowledged, oldest first. */
  takeEnded(drop: string, limit: number): Promise<EndedSession[]>;
  acknowledgeEnded(drop: string, jtis: string[]): Promise<void>;
  /** Admissions whose revocation the room is to be told, or told again. */
  takeRevoked(drop: string, limit: number): Promise<string[]>;
  acknowledgeRevoked(drop: string, jtis: string[]): Promise<void>;
  /** How long a request waits for a connection at the moment, by waiting for one. */
  measurePoolWait(): Promise<number>;
}

/** A reporter that was silent for this long is taken to be dead: well below the 10 s after which the room stops granting. */
const leaseSeconds = 3;

export function createReportStore(database: Database): ReportStore {
  return {
    async listDrops() {
      const rows = await query<{ drop: string }>(database, 'list-live-drops', []);
      return rows.map((row) => row.drop);
    },
    async takeCapacity(drop, reporter) {
      const values = [drop, reporter, leaseSeconds];
      const [row] = await query<CapacityReading & Record<string, unknown>>(database, 'take-capacity', values);
      return row;
    },
    async takeMoreOpened(drop, reporter) {
      type Row = MoreOpened & Record<string, unknown>;
      const [row] = await query<Row>(database, 'take-more-opened', [drop, reporter]);
      return row;
    },
    async acknowledgeOpened(drop, ids) {
      if (ids.length > 0) await query(database, 'acknowledge-opened-sessions', [drop, ids]);
    },
    takeEnded(drop, limit) {
      return query<EndedSession & Record<string, unknown>>(database, 'take-ended-sessions', [drop, limit]);
    },
    async acknowledgeEnded(drop, jtis) {
      if (jtis.length > 0) await query(database, 'acknowledge-ended-sessions', [drop, jtis]);
    },
    async takeRevoked(drop, limit) {
      const rows = await query<{ jti: string }>(database, 'take-revocations', [drop, limit]);
      return rows.map(({ jti }) => jti);
    },
    async acknowledgeRevoked(drop, jtis) {
      await query(database, 'acknowledge-revocations', [drop, jtis]);
    },
    async measurePoolWait() {
      const askedAt = performance.now();
      const connection = await database.connect();
      connection.release();
      return performance.now() - askedAt;
    },
  };
}
