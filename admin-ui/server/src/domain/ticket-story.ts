/** The story of one ticket, from the log of the room's decisions: joined, drawn, called, checked in, entered, ended and why. */
import { createHash } from 'node:crypto';
import { DRAWN_ORDERS_END, type LogLine } from './drop-log.ts';

export interface StoryEvent {
  /** RFC 3339; null where only that it happened is known. */
  readonly at: string | null;
  readonly what:
    | 'joined'
    | 'drawn'
    | 'called'
    | 'extended'
    | 'checked-in'
    | 'entered'
    | 'missed'
    | 'returned'
    | 'left'
    | 'paid'
    | 'released'
    | 'expired'
    | 'revoked'
    | 'restored';
}

export interface StoryCollector {
  /** The next line, oldest first. */
  see(line: LogLine): void;
  /** @param order where the log has none: as Redis has it now */
  story(order: number | null): { readonly order: number | null; readonly events: StoryEvent[] };
}

const BY_KIND: Readonly<Record<string, StoryEvent['what']>> = {
  checkin: 'checked-in',
  grant: 'entered',
  missed: 'missed',
  extend: 'extended',
  return: 'returned',
  'session-restored': 'restored',
};
const BY_REASON = ['left', 'paid', 'released', 'expired', 'revoked'] as const;

/** @param joinedUs as its ticket says, where there is one */
export function createStoryCollector(number: string, joinedUs: number | null): StoryCollector {
  const own: LogLine[] = [];
  const calls: { us: number; reach: number }[] = [];
  let openedUs = 0;
  return {
    see(line) {
      if (line.kind === 'open') openedUs ||= line.us;
      if (line.kind === 'call' && line.reach !== undefined) calls.push({ us: line.us, reach: line.reach });
      if (line.number === number) own.push(line);
    },
    story(orderNow) {
      const order = own.find((line) => line.order !== undefined)?.order ?? orderNow;
      const isDrawn = order !== null && order < DRAWN_ORDERS_END;
      const called = order === null ? undefined : calls.find(({ reach }) => reach >= order);
      const joined = joinedUs ?? (order === null || isDrawn ? null : order);
      const dated: [us: number, what: StoryEvent['what']][] = [
        ...(isDrawn && openedUs > 0 ? [[openedUs, 'drawn'] as [number, 'drawn']] : []),
        ...(called ? [[called.us, 'called'] as [number, 'called']] : []),
        ...own.flatMap(({ kind, us, reason }): [number, StoryEvent['what']][] => {
          const what = kind === 'end' ? BY_REASON.find((one) => one === reason) : BY_KIND[kind];
          return what ? [[us, what]] : [];
        }),
      ];
      const events = dated.sort(([a], [b]) => a - b).map(([us, what]) => ({ at: isoOf(us), what }));
      const isKnown = order !== null || own.length > 0;
      return {
        order,
        events: isKnown ? [{ at: joined === null ? null : isoOf(joined), what: 'joined' }, ...events] : [],
      };
    },
  };
}

const isoOf = (us: number): string => new Date(us / 1000).toISOString();

/**
 * The public number of a ticket, and when it was joined, read from its text (waiting-room/src/domain/ticket.ts). Its
 * signature is not checked: whoever looks it up learns only what the room knows of that number.
 * @returns undefined for text that is no ticket of the drop
 */
export function readTicket(text: string, drop: string): { number: string; joinedUs: number } | undefined {
  const bytes = Buffer.from(text, 'base64url');
  const dropLength = bytes[2] ?? 0;
  const idAt = 4 + dropLength;
  if (
    bytes[0] !== 1 ||
    bytes.length < idAt + 16 + 6 + 8 ||
    bytes.subarray(4, idAt).toString('latin1') !== drop
  )
    return undefined;
  const number = createHash('sha256')
    .update(bytes.subarray(idAt, idAt + 16))
    .digest('base64url');
  return { number, joinedUs: Number(bytes.readBigUInt64BE(idAt + 16 + 6)) };
}
