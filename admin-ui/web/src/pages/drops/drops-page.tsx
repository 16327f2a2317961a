/** All drops: a list, the latest opening first, or a calendar. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useIntl } from 'react-intl';
import type { Drop } from '../../api/contract.ts';
import { dropsQuery } from '../../api/drops.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay, useSession } from '../../session/session.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { PhaseBadge } from '../../ui/phase-badge.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { DropCalendar } from './drop-calendar.tsx';
import './drops.css';

/** Phases change by themselves. */
const REFRESH_MS = 5_000;

/** Two views of one address. */
const EXACTLY = { exact: true, includeSearch: true };

export default function DropsPage() {
  const t = useText();
  const query = useInfiniteQuery({ ...dropsQuery, refetchInterval: REFRESH_MS });
  const may = useMay();
  const { drops: onlyDrops } = useSession();
  const { view } = useSearch({ strict: false }) as { view?: string };
  const isCalendar = view === 'calendar';
  const actions = (
    <>
      <a className="button plain" href="/api/v1/export" download>
        {t('files.export')}
      </a>
      {may('drops.plan') && onlyDrops === null && (
        <>
          <ButtonLink to={'/drops-file' as never}>{t('files.import')}</ButtonLink>
          <ButtonLink to="/drops/new" variant="primary">
            {t('drops.new')}
          </ButtonLink>
        </>
      )}
    </>
  );
  return (
    <>
      <PageHeader title={t('drops.title')} actions={actions}>
        {t('drops.lead')}
      </PageHeader>
      <nav className="views" aria-label={t('drops.views')}>
        <Link to="/drops" className="button quiet" activeOptions={EXACTLY}>
          {t('drops.list')}
        </Link>
        <Link
          to="/drops"
          search={{ view: 'calendar' } as never}
          className="button quiet"
          activeOptions={EXACTLY}
        >
          {t('drops.calendar')}
        </Link>
      </nav>
      <Answered query={query} lines={6}>
        {({ pages }) => (
          <>
            {isCalendar ? (
              <DropCalendar drops={pages.flatMap(({ drops }) => drops)} />
            ) : (
              <DropTable drops={pages.flatMap(({ drops }) => drops)} />
            )}
            {query.hasNextPage && (
              <Button onPress={() => void query.fetchNextPage()} isPending={query.isFetchingNextPage}>
                {t('drops.more')}
              </Button>
            )}
          </>
        )}
      </Answered>
    </>
  );
}

function DropTable({ drops }: { readonly drops: readonly Drop[] }) {
  const t = useText();
  const intl = useIntl();
  const columns = useMemo<Column<Drop>[]>(
    () => [
      {
        id: 'name',
        header: t('drops.name'),
        accessorFn: ({ name }) => name,
        cell: ({ row: { original } }) => (
          <Link to="/drops/$drop" params={{ drop: original.id } as never}>
            {original.name}
          </Link>
        ),
        meta: { isRowHeader: true },
      },
      {
        id: 'phase',
        header: t('drops.phase'),
        accessorFn: ({ phase }) => phase ?? '',
        cell: ({ row: { original } }) => <PhaseBadge phase={original.phase} isDraft={original.isDraft} />,
      },
      {
        id: 'opens',
        header: t('drops.opens'),
        accessorFn: ({ opensAt }) => opensAt,
        cell: ({ row: { original } }) => <Moment at={original.opensAt} zone={original.timeZone} />,
      },
      {
        id: 'waiting',
        header: t('drops.waiting'),
        accessorFn: ({ live }) => live?.waiting ?? -1,
        cell: ({ row: { original } }) => (original.live ? intl.formatNumber(original.live.waiting) : '–'),
        meta: { align: 'end' },
      },
      {
        id: 'rate',
        header: t('drops.rate'),
        accessorFn: ({ admission }) => admission.ratePerMinute,
        cell: ({ row: { original } }) => intl.formatNumber(original.admission.ratePerMinute),
        meta: { align: 'end', isMinor: true },
      },
    ],
    [t, intl],
  );
  return (
    <DataTable
      caption={t('drops.title')}
      columns={columns}
      rows={drops}
      idOf={({ id }) => id}
      empty={<Empty title={t('drops.none')}>{t('drops.none-lead')}</Empty>}
    />
  );
}
