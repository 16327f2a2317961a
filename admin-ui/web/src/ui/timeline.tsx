/** What happened, in order, with when: in the zone of the drop and in UTC. */
import './office.css';
import type { ReactNode } from 'react';
import { Badge, type Tone } from './badge.tsx';
import { Moment } from './moment.tsx';

export interface TimelineEvent {
  /** RFC 3339; null: that it happened is known, and no more. */
  readonly at: string | null;
  readonly title: string;
  readonly detail?: ReactNode;
  readonly badge?: { readonly tone: Tone; readonly text: string };
}

export function Timeline({
  events,
  zone,
  unknownTime,
}: {
  readonly events: readonly TimelineEvent[];
  readonly zone: string;
  readonly unknownTime: string;
}) {
  return (
    <ol className="timeline">
      {events.map((event, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a story only grows at its end, and two of one time may look the same
        <li key={at}>
          <div className="when">
            {event.at === null ? (
              <span className="help">{unknownTime}</span>
            ) : (
              <Moment at={event.at} zone={zone} isExact />
            )}
          </div>
          <div className="what">
            <strong>{event.title}</strong>{' '}
            {event.badge && <Badge tone={event.badge.tone}>{event.badge.text}</Badge>}
            {event.detail && <div className="help">{event.detail}</div>}
          </div>
        </li>
      ))}
    </ol>
  );
}
