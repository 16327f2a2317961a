/** All series: drops that recur. They are made from a drop that is planned as theirs shall be. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { SeriesList } from '../../api/contract.ts';
import { read } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered, Empty } from '../../ui/states.tsx';

type Row = SeriesList['series'][number];

export default function SeriesListPage() {
  const t = useText();
  const query = useQuery({
    queryKey: ['series'],
    queryFn: ({ signal }) => read<SeriesList>('/api/v1/series', signal),
  });
  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        ...{ id: 'name', header: t('series.name'), accessorFn: ({ name }) => name },
        cell: ({ row: { original } }) => (
          <Link to="/series/$series" params={{ series: original.id } as never}>
            {original.name}
          </Link>
        ),
        meta: { isRowHeader: true },
      },
      {
        ...{ id: 'rule', header: t('series.rrule'), accessorFn: ({ rrule }) => rrule },
        cell: ({ row: { original } }) => <code>{original.rrule}</code>,
        meta: { isMinor: true },
      },
      {
        ...{ id: 'state', header: t('series.state'), accessorFn: ({ endedAt }) => endedAt ?? '' },
        cell: ({ row: { original } }) =>
          original.endedAt === null ? (
            <Badge tone="good">{t('series.goes-on')}</Badge>
          ) : (
            <Badge>{t('series.ended')}</Badge>
          ),
      },
    ],
    [t],
  );
  return (
    <>
      <PageHeader title={t('series.title')}>{t('series.lead')}</PageHeader>
      <Answered query={query} lines={4}>
        {({ series }) => (
          <DataTable
            caption={t('series.title')}
            columns={columns}
            rows={series}
            idOf={({ id }) => id}
            empty={<Empty title={t('series.none')}>{t('series.none-lead')}</Empty>}
          />
        )}
      </Answered>
    </>
  );
}
