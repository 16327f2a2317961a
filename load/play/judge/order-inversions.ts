/**
 * Promise 2: nobody is called, and nobody granted entry, before a lower order that was waiting, respectively checked in,
 * at that moment. Calling is raising the frontier, so it can only be out of order by going back, or by somebody coming
 * forward whom the frontier has not passed; granting is out of order when a lower order stands checked in.
 */
import type { LogLine } from './log-line.ts';

export interface Inversion {
  readonly what:
    | 'frontier-went-back'
    | 'checked-in-uncalled'
    | 'granted-over-a-lower-order'
    | 'granted-absent';
  readonly us: number;
  /** Whose turn it wrongly was; empty for the frontier. */
  readonly number: string;
}

interface Place {
  readonly order: number;
  readonly number: string;
}

/** Every line of the log that breaks promise 2, in the order of the log. */
export function findOrderInversions(log: readonly LogLine[]): Inversion[] {
  const inversions: Inversion[] = [];
  const present: Place[] = []; // ascending, as Redis sorts: by order, then by public number
  let frontier = 0;
  for (const line of log) {
    switch (line.kind) {
      case 'call':
        if (line.from !== frontier || line.to <= line.from)
          inversions.push({ what: 'frontier-went-back', us: line.us, number: '' });
        frontier = Math.max(frontier, line.to);
        break;
      case 'checkin':
        if (line.order > frontier)
          inversions.push({ what: 'checked-in-uncalled', us: line.us, number: line.number });
        present.splice(rankIn(present, line), 0, line);
        break;
      case 'grant': {
        const rank = rankIn(present, line);
        const isPresent = present[rank]?.number === line.number;
        if (!isPresent) inversions.push({ what: 'granted-absent', us: line.us, number: line.number });
        else if (rank > 0)
          inversions.push({ what: 'granted-over-a-lower-order', us: line.us, number: line.number });
        if (isPresent) present.splice(rank, 1);
        break;
      }
      case 'end': {
        const at = present.findIndex(({ number }) => number === line.number);
        if (at >= 0) present.splice(at, 1);
        break;
      }
      case 'open':
      case 'reveal':
      case 'missed':
      case 'lease': // out of no order, which is what leases cost
      case 'other':
        break;
    }
  }
  return inversions;
}

/** How many places come before this one. */
function rankIn(places: readonly Place[], place: Place): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comesBefore(places[middle] as Place, place)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function comesBefore(one: Place, other: Place): boolean {
  return one.order < other.order || (one.order === other.order && one.number < other.number);
}
