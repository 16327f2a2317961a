/** The drops that come next: those that are made lead to their plan, the others can be left out. */
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { faultOf } from '../../api/api-fault.ts';
import type { Series } from '../../api/contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { useFaultText } from '../../ui/fault-note.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty } from '../../ui/states.tsx';
import { tell } from '../../ui/toasts.tsx';

type Occurrence = Series['next'][number];

export interface NextDropsProps {
  readonly series: Series;
  readonly mayPlan: boolean;
  onChanged(series: Series): void;
}

export function NextDrops({ series, mayPlan, onChanged }: NextDropsProps) {
  const t = useText();
  const faultText = useFaultText();
  const { mutate: skip, isPending } = useMutation({
    mutationFn: (local: string) =>
      request<Series>('PATCH', `/api/v1/series/${series.id}`, {
        body: { skipped: [...series.skipped, local] },
      }),
    onSuccess({ content }) {
      onChanged(content);
      tell(t('series.skipped-now'));
    },
    onError: (thrown) => tell(faultText(faultOf(thrown)), 'bad'),
  });
  const columns = useMemo<Column<Occurrence>[]>(
    () => [
      {
        ...{ id: 'opens', header: t('series.opens'), accessorFn: ({ opensAt }) => opensAt },
        cell: ({ row: { original } }) => <Moment at={original.opensAt} zone={series.timeZone} />,
        meta: { isRowHeader: true },
      },
      {
        ...{ id: 'drop', header: t('series.drop'), accessorFn: ({ drop }) => drop ?? '' },
        cell: ({ row: { original } }) =>
          original.drop === null ? (
            t('series.not-made')
          ) : (
            <Link to="/drops/$drop" params={{ drop: original.drop } as never}>
              {original.drop}
            </Link>
          ),
      },
      {
        ...{ id: 'alone', header: t('series.state'), enableSorting: false },
        cell: ({ row: { original } }) => {
          if (original.isEditedAlone) return <Badge tone="accent">{t('series.edited-alone')}</Badge>;
          if (original.drop !== null || !mayPlan) return null;
          return (
            <Button
              variant="quiet"
              isDisabled={isPending}
              aria-label={t('series.skip-one', { local: original.local.replace('T', ' ') })}
              onPress={() => skip(original.local)}
            >
              {t('series.skip')}
            </Button>
          );
        },
      },
    ],
    [t, series.timeZone, mayPlan, skip, isPending],
  );
  return (
    <Section title={t('series.next')} lead={t('series.next-lead')}>
      <DataTable
        caption={t('series.next')}
        columns={columns}
        rows={series.next}
        idOf={({ local }) => local}
        empty={<Empty title={t('series.no-next')}>{t('series.no-next-lead')}</Empty>}
      />
    </Section>
  );
}
