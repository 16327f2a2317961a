/** A month of drops, each on the day it opens by its own clocks. */
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useIntl } from 'react-intl';
import type { Drop } from '../../api/contract.ts';
import { localOf } from '../../domain/clock-times.ts';
import { dayOf, monthAfter, weeksOf } from '../../domain/month.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { PhaseBadge } from '../../ui/phase-badge.tsx';

const MONDAY = 1;

export function DropCalendar({ drops }: { readonly drops: readonly Drop[] }) {
  const t = useText();
  const intl = useIntl();
  const today = new Intl.DateTimeFormat('sv-SE').format(new Date());
  const [month, setMonth] = useState(today.slice(0, 7));
  const weeks = useMemo(() => weeksOf(month, MONDAY), [month]);
  const byDay = useMemo(() => Map.groupBy(drops, (drop) => dayOf(drop.opensAt, drop.timeZone)), [drops]);
  const dateOf = (day: string) => new Date(`${day}T12:00:00Z`);
  const title = intl.formatDate(dateOf(`${month}-01`), { month: 'long', year: 'numeric', timeZone: 'UTC' });
  return (
    <>
      <div className="calendar-header">
        <h2 aria-live="polite">{title}</h2>
        <div className="actions">
          <Button aria-label={t('drops.month-before')} onPress={() => setMonth(monthAfter(month, -1))}>
            <span aria-hidden="true">‹</span>
          </Button>
          <Button onPress={() => setMonth(today.slice(0, 7))}>{t('drops.today')}</Button>
          <Button aria-label={t('drops.month-after')} onPress={() => setMonth(monthAfter(month, 1))}>
            <span aria-hidden="true">›</span>
          </Button>
        </div>
      </div>
      <table className="month">
        <caption className="unseen">{t('drops.calendar-of', { month: title })}</caption>
        <thead>
          <tr>
            {weeks[0]?.map((day) => (
              <th key={day} scope="col">
                {intl.formatDate(dateOf(day), { weekday: 'short', timeZone: 'UTC' })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]}>
              {week.map((day) => (
                <td
                  key={day}
                  className={day.startsWith(month) ? '' : 'elsewhere'}
                  aria-current={day === today ? 'date' : undefined}
                >
                  <time dateTime={day}>{Number(day.slice(8))}</time>
                  {byDay.get(day)?.map((drop) => (
                    <Link
                      key={drop.id}
                      to="/drops/$drop"
                      params={{ drop: drop.id } as never}
                      className="entry"
                    >
                      <span>
                        {localOf(drop.opensAt, drop.timeZone).slice(11)} {drop.name}
                      </span>
                      <PhaseBadge phase={drop.phase} />
                    </Link>
                  ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
