/** Instants: in the zone of the drop and in UTC, so that nobody has to guess which clock is meant. */
import { useEffect, useState } from 'react';
import { useIntl } from 'react-intl';
import { useText } from '../i18n/language.tsx';

export interface MomentProps {
  /** RFC 3339. */
  readonly at: string;
  /** IANA zone of the drop. */
  readonly zone: string;
  /** Of what happened, to the second: much happens within a minute of a drop. */
  readonly isExact?: boolean;
}

export function Moment({ at, zone, isExact = false }: MomentProps) {
  const intl = useIntl();
  const instant = new Date(at);
  const inZone = intl.formatDate(instant, {
    ...{ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
    ...(isExact && { second: '2-digit' }),
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone, timeZoneName: 'short' },
  } as Intl.DateTimeFormatOptions);
  const isUtc = zone === 'UTC';
  return (
    <time className="moment" dateTime={at}>
      <span>{inZone}</span>
      {!isUtc && <span className="utc">{utcOf(instant, zone, isExact)}</span>}
    </time>
  );
}

/** The clock in UTC, with the date when it is another one there. */
function utcOf(instant: Date, zone: string, isExact: boolean): string {
  const [date = '', clock = ''] = instant.toISOString().split('T');
  const there = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(instant);
  return `${there === date ? '' : `${date} `}${clock.slice(0, isExact ? 8 : 5)} UTC`;
}

/** Ticks by itself: how long ago something was, and at which time. */
export function Age({ of }: { readonly of: Date }) {
  const t = useText();
  const intl = useIntl();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((now - of.getTime()) / 1000));
  const clock = intl.formatTime(of, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const ago =
    seconds < 120
      ? t('ui.seconds-ago', { seconds })
      : t('ui.minutes-ago', { minutes: Math.floor(seconds / 60) });
  return (
    <time dateTime={of.toISOString()}>
      {clock} ({ago})
    </time>
  );
}
