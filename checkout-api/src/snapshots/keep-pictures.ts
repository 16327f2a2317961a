/**
 * Keeps the public stock pictures in Redis as fresh as the changes are heard of. One instance does it for a drop (the
 * one that reports it), and has one reading of a drop under way at most, however many changes come in meanwhile.
 */
import type { StockPicture } from '../store/stock.ts';
import type { PicturePublisher } from './publish-stock.ts';

/** While a drop sells, a picture this often: five times fresher than the eye, and a few reads a second. */
const everyMs = 50;
/** Changes are announced by and by (migration 000012): after the last one seen it is looked at for so long. */
const followMs = 300;
/** How long a report makes a drop ours: as long as the lease that goes with it. */
const oursMs = 3000;

export interface PictureKeeper {
  /** This instance reports the drop, as of now. */
  own(drop: string): void;
  /** Another instance does. */
  disown(drop: string): void;
  /** Something changed; nothing happens unless the drop is ours. */
  changed(drop: string): void;
  /** Reads and writes the picture, whatever was heard. Resolves when a reading that began after the call is written. */
  refresh(drop: string): Promise<void>;
  close(): void;
}

interface Kept {
  running: Promise<void> | undefined;
  next: Promise<void> | undefined;
  timer: NodeJS.Timeout | undefined;
  version: number;
  followUntil: number;
}

export function createPictureKeeper(options: {
  /** Undefined: there is no such drop. */
  read: (drop: string) => Promise<StockPicture | undefined>;
  publisher: PicturePublisher;
  onError: (error: unknown, drop: string) => void;
  now?: () => number;
}): PictureKeeper {
  const { read, publisher, onError, now = () => performance.now() } = options;
  const oursUntil = new Map<string, number>();
  const kept = new Map<string, Kept>();
  let isClosed = false;

  function keptOf(drop: string): Kept {
    let one = kept.get(drop);
    if (one === undefined) {
      one = { running: undefined, next: undefined, timer: undefined, version: 0, followUntil: 0 };
      kept.set(drop, one);
    }
    return one;
  }

  async function write(drop: string, one: Kept): Promise<void> {
    const picture = await read(drop);
    if (picture === undefined) return;
    if (picture.version !== one.version) one.followUntil = now() + followMs;
    one.version = picture.version;
    await publisher.publish(drop, picture);
  }

  function refresh(drop: string): Promise<void> {
    const one = keptOf(drop);
    if (one.running !== undefined) {
      // The reading under way may have begun before the change: one more after it, for all who ask meanwhile.
      one.next ??= one.running
        .catch(() => {})
        .then(() => {
          one.next = undefined;
          return refresh(drop);
        });
      return one.next;
    }
    clearTimeout(one.timer);
    one.timer = undefined;
    const running = write(drop, one).finally(() => {
      one.running = undefined;
      if (now() < one.followUntil) lookLater(drop, one);
    });
    one.running = running;
    return running;
  }

  function lookLater(drop: string, one: Kept): void {
    if (isClosed || one.timer !== undefined) return;
    one.timer = setTimeout(() => {
      one.timer = undefined;
      if (isOurs(drop)) refresh(drop).catch((error) => onError(error, drop));
    }, everyMs);
  }

  const isOurs = (drop: string) => now() < (oursUntil.get(drop) ?? 0);

  return {
    own: (drop) => void oursUntil.set(drop, now() + oursMs),
    disown(drop) {
      oursUntil.delete(drop);
      kept.delete(drop);
    },
    changed(drop) {
      if (isClosed || !isOurs(drop)) return;
      const one = keptOf(drop);
      // Just written: the change waits a moment for others. Quiet so far: it is shown at once.
      if (one.running !== undefined || now() < one.followUntil) {
        one.followUntil = Math.max(one.followUntil, now() + followMs);
        if (one.running === undefined) lookLater(drop, one);
      } else {
        refresh(drop).catch((error) => onError(error, drop));
      }
    },
    refresh,
    close() {
      isClosed = true;
      for (const one of kept.values()) clearTimeout(one.timer);
    },
  };
}
