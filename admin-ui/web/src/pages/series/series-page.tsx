/** One series: its rule, the drops that come next, what changes for one and all later ones, and its end. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { faultOf } from '../../api/api-fault.ts';
import type { Series } from '../../api/contract.ts';
import { read, request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';
import { useFaultText } from '../../ui/fault-note.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { Answered } from '../../ui/states.tsx';
import { tell } from '../../ui/toasts.tsx';
import { LaterDrops } from './later-drops.tsx';
import { NextDrops } from './next-drops.tsx';

const REFRESH_MS = 5_000;

const seriesQuery = (id: string) => ({
  queryKey: ['series', id],
  queryFn: ({ signal }: { signal: AbortSignal }) => read<Series>(`/api/v1/series/${id}`, signal),
  // Its drops are changed on their own pages, and made by the minute.
  refetchInterval: REFRESH_MS,
});

export default function SeriesPage() {
  const { series: id = '' } = useParams({ strict: false }) as { series?: string };
  const t = useText();
  const query = useQuery(seriesQuery(id));
  return (
    <Answered query={query} heading={t('series.title')}>
      {(series) => <OneSeries key={series.id} series={series} />}
    </Answered>
  );
}

function OneSeries({ series }: { readonly series: Series }) {
  const t = useText();
  const client = useQueryClient();
  const mayPlan = useMay()('drops.plan') && series.endedAt === null;
  const [isEnding, end] = useState(false);
  const keep = (changed: Series) => {
    client.setQueryData(seriesQuery(series.id).queryKey, changed);
    void client.invalidateQueries({ queryKey: ['series'], exact: true });
  };
  return (
    <>
      <PageHeader
        title={series.name}
        actions={
          mayPlan && (
            <Button variant="danger" onPress={() => end(true)}>
              {t('series.end')}
            </Button>
          )
        }
      >
        {series.endedAt === null ? t('series.one-lead') : t('series.ended-lead')}
      </PageHeader>
      <Section title={t('series.rule')}>
        <Facts
          facts={[
            [t('series.rrule'), <code key="rule">{series.rrule}</code>],
            [t('series.starts'), `${series.startsLocal.replace('T', ' ')} · ${series.timeZone}`],
            [
              t('series.open-minutes'),
              series.openSeconds === null ? t('series.open-always') : String(series.openSeconds / 60),
            ],
            [t('series.ahead'), String(series.aheadDays)],
          ]}
        />
      </Section>
      <NextDrops series={series} mayPlan={mayPlan} onChanged={keep} />
      {mayPlan && <LaterDrops series={series} onChanged={keep} />}
      <EndDialog series={series.id} isOpen={isEnding} onClose={() => end(false)} onEnded={keep} />
    </>
  );
}

interface EndDialogProps {
  readonly series: string;
  readonly isOpen: boolean;
  onClose(): void;
  onEnded(series: Series): void;
}

function EndDialog({ series, isOpen, onClose, onEnded }: EndDialogProps) {
  const t = useText();
  const faultText = useFaultText();
  const end = useMutation({
    mutationFn: () => request<Series>('POST', `/api/v1/series/${series}/end`, { body: {} }),
    onSuccess({ content }) {
      onEnded(content);
      tell(t('series.ended-now'));
    },
    onError: (thrown) => tell(faultText(faultOf(thrown)), 'bad'),
    onSettled: onClose,
  });
  return (
    <Dialog isOpen={isOpen} role="alertdialog" title={t('series.end-title')} onClose={onClose}>
      <p>{t('series.end-lead')}</p>
      <div className="actions">
        <Button autoFocus onPress={onClose}>
          {t('ui.cancel')}
        </Button>
        <Button variant="danger" isPending={end.isPending} onPress={() => end.mutate()}>
          {t('series.end')}
        </Button>
      </div>
    </Dialog>
  );
}
