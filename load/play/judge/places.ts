/** Never lose a place, never take one away: everybody who was given a ticket is still known, and who left wanted to. */
import type { LogLine } from './log-line.ts';

export interface PlacesEvidence {
  /** Public numbers of all tickets that shoppers hold. */
  readonly issued: ReadonlySet<string>;
  /** Of those who gave their place up. */
  readonly wantedToLeave: ReadonlySet<string>;
  /** Whom the queue knows at the end: waiting, present, inside or spent. */
  readonly known: ReadonlySet<string>;
}

export interface PlacesVerdict {
  readonly placesLost: number;
  /** Places that somebody else gave up for their holder. */
  readonly placesTaken: number;
  /** Check-ins under a number that nobody was given. */
  readonly placesForged: number;
}

export function judgePlaces(log: readonly LogLine[], evidence: PlacesEvidence): PlacesVerdict {
  const { issued, wantedToLeave, known } = evidence;
  return {
    placesLost: [...issued].filter((number) => !known.has(number)).length,
    placesTaken: log.filter(
      (line) => line.kind === 'end' && line.reason === 'left' && !wantedToLeave.has(line.number),
    ).length,
    placesForged: log.filter((line) => line.kind === 'checkin' && !issued.has(line.number)).length,
  };
}
