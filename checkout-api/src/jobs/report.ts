/**
 * Once a second, for every live drop: tells the room which sessions have ended, then how much the checkout can still
 * take, and sees that the public stock picture is there and new. One instance at a time does it for a drop; what is not
 * acknowledged is told again.
 */
import type { ReportedVitals, RoomClient } from '../clients/room.ts';
import type { Vitals } from '../domain/vitals.ts';
import type { PictureKeeper } from '../snapshots/keep-pictures.ts';
import type { CapacityReading, MoreOpened, ReportStore } from '../store/reports.ts';

/** The room takes at most so many in a call (Q5). */
const endedBatch = 500;
/** Of `opened` in one report likewise. A full one is followed by the next at once, up to so many in a round. */
const openedBatch = 500;
const openedBatchesMax = 20;
/** Drops reported side by side: reports must leave the pool's connections to the shoppers. */
const atOnce = 3;

export interface ReportOptions {
  reports: ReportStore;
  room: RoomClient;
  pictures: Pick<PictureKeeper, 'own' | 'disown' | 'refresh'>;
  /** How this instance and the payment provider are doing, since it was last asked. */
  vitals: () => Vitals & { breaker: 'closed' | 'half-open' | 'open' };
  /** Who we are among the instances. */
  reporter: string;
  onError: (error: unknown, drop: string) => void;
  onDelivered?: (drop: string) => void;
  observe?: (drop: string, inside: number, held: number, sellable: number) => void;
}

/** One round over all live drops; a drop that fails does not keep the others waiting. */
export async function reportAll(options: ReportOptions): Promise<void> {
  const drops = await options.reports.listDrops();
  if (drops.length === 0) return;
  const vitals = { ...options.vitals(), poolWaitMs: await options.reports.measurePoolWait() };
  const reportRest = async () => {
    for (let drop = drops.pop(); drop !== undefined; drop = drops.pop()) {
      await reportDrop(drop, vitals, options).catch((error) => options.onError(error, drop));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, reportRest));
}

async function reportDrop(drop: string, vitals: ReportedVitals, options: ReportOptions): Promise<void> {
  const { reports, pictures, reporter, observe } = options;
  let reading = await reports.takeCapacity(drop, reporter);
  if (reading === undefined) {
    pictures.disown(drop);
    return;
  }

  // Whatever was announced and missed, or lost by Redis, is made good here: a picture is never older than a round.
  pictures.own(drop);
  const published = pictures.refresh(drop);
  published.catch(() => {}); // awaited below

  // Ends before capacity, and a reading from after them: by an older one, what they bought would be for sale once more.
  const isOld = await tellEnded(drop, options);
  if (isOld) reading = await reports.takeCapacity(drop, reporter);
  if (reading === undefined) return;
  observe?.(drop, reading.inside, reading.held, reading.sellable);
  await tellCapacity(drop, reading, vitals, options);
  await published;
  options.onDelivered?.(drop);
}

/** The figures are of one reading, however many reports the openings take: reading them is what costs. */
async function tellCapacity(
  drop: string,
  reading: CapacityReading,
  vitals: ReportedVitals,
  { reports, room, reporter }: ReportOptions,
): Promise<void> {
  let next: MoreOpened | undefined = reading;
  for (let told = 0; next !== undefined && told < openedBatchesMax; told++) {
    const { openedIds, ...report }: CapacityReading = { ...reading, ...next };
    await room.reportCapacity(drop, { ...report, ...vitals });
    await reports.acknowledgeOpened(drop, openedIds);
    next = openedIds.length === openedBatch ? await reports.takeMoreOpened(drop, reporter) : undefined;
  }
}

/** Tells the room of every session that has ended, and who was revoked. True: there was one. */
async function tellEnded(drop: string, { reports, room }: ReportOptions): Promise<boolean> {
  let isTold = false;
  for (let isFull = true; isFull; ) {
    const ended = await reports.takeEnded(drop, endedBatch);
    isFull = ended.length === endedBatch;
    if (ended.length === 0) break;
    isTold = true;
    await room.reportEnded(drop, ended);
    await reports.acknowledgeEnded(
      drop,
      ended.map(({ jti }) => jti),
    );
  }
  // Also those who opened no session: their ticket is in the room, or their token under way.
  for (let isFull = true; isFull; ) {
    const revoked = await reports.takeRevoked(drop, endedBatch);
    isFull = revoked.length === endedBatch;
    if (revoked.length === 0) break;
    isTold = true;
    await room.reportEnded(
      drop,
      revoked.map((jti) => ({ jti, reason: 'revoked' })),
    );
    await reports.acknowledgeRevoked(drop, revoked);
  }
  return isTold;
}
