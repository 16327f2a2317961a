/** Who is told of events, how they fare, and jobs of the checkout that have died. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { faultOf } from '../../api/api-fault.ts';
import type { DeadJob, DeadJobList, MadeWebhook, Webhook, WebhookList } from '../../api/office-contract.ts';
import { read, request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { useFaultText } from '../../ui/fault-note.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { tell } from '../../ui/toasts.tsx';
import { ToldOnce } from '../../ui/told-once.tsx';
import { useEventWords } from './event-types.ts';
import { Failure } from './failure.tsx';
import { isKnownTask } from './task-names.ts';
import { WebhookDialog } from './webhook-dialog.tsx';
import { WebhookState } from './webhook-state.tsx';

const REFRESH_MS = 10_000;
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export default function WebhooksPage() {
  const t = useText();
  const query = useQuery({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => read<WebhookList>('/api/v1/webhooks', signal),
    refetchInterval: REFRESH_MS,
  });
  const eventWords = useEventWords();
  const [isAdding, add] = useState(false);
  const [made, show] = useState<MadeWebhook | null>(null);
  const columns = useMemo<Column<Webhook>[]>(
    () => [
      {
        id: 'url',
        header: t('webhooks.address'),
        accessorFn: ({ url }) => url,
        cell: ({ row: { original } }) => (
          <Link
            to={'/webhooks/$webhook' as never}
            params={{ webhook: original.id } as never}
            className="secret"
          >
            {original.url}
          </Link>
        ),
        meta: { isRowHeader: true },
      },
      {
        id: 'state',
        header: t('webhooks.state'),
        accessorFn: ({ enabled, failures, dead }) => (enabled ? failures + dead : 1e9),
        cell: ({ row: { original } }) => <WebhookState webhook={original} />,
      },
      {
        id: 'types',
        header: t('webhooks.types'),
        accessorFn: ({ types }) => types.map(eventWords).join(', '),
        meta: { isMinor: true },
      },
    ],
    [t, eventWords],
  );
  return (
    <>
      <PageHeader
        title={t('webhooks.title')}
        actions={
          <Button variant="primary" onPress={() => add(true)}>
            {t('webhooks.add')}
          </Button>
        }
      >
        {t('webhooks.lead')}
      </PageHeader>
      {made && (
        <ToldOnce
          title={t('webhooks.secret')}
          lead={t('webhooks.secret-lead')}
          secret={made.secret}
          onKept={() => show(null)}
        />
      )}
      <Answered query={query} lines={4}>
        {({ webhooks }) => (
          <DataTable
            caption={t('webhooks.title')}
            columns={columns}
            rows={webhooks}
            idOf={({ id }) => id}
            empty={<Empty title={t('webhooks.none')}>{t('webhooks.none-lead')}</Empty>}
          />
        )}
      </Answered>
      <DeadJobs />
      {isAdding && (
        <WebhookDialog
          onClose={(webhook) => {
            add(false);
            if (webhook) show(webhook);
            void query.refetch();
          }}
        />
      )}
    </>
  );
}

function DeadJobs() {
  const t = useText();
  const faultText = useFaultText();
  const query = useQuery({
    queryKey: ['dead-jobs'],
    queryFn: ({ signal }) => read<DeadJobList>('/api/v1/dead-jobs', signal),
    refetchInterval: REFRESH_MS,
  });
  const replay = useMutation({
    mutationFn: (id: string) => request('POST', `/api/v1/dead-jobs/${id}/replay`, { body: {} }),
    onSuccess: () => tell(t('webhooks.replayed', { count: 1 })),
    onError: (thrown) => tell(faultText(faultOf(thrown)), 'bad'),
    onSettled: () => void query.refetch(),
  });
  const columns: Column<DeadJob>[] = [
    {
      ...{ id: 'task', header: t('webhooks.task'), meta: { isRowHeader: true } },
      accessorFn: ({ task }) => (isKnownTask(task) ? t(`webhooks.task-${task}`) : task),
    },
    {
      ...{ id: 'error', header: t('webhooks.error'), accessorFn: ({ lastError }) => lastError ?? '' },
      cell: ({ row: { original } }) => <Failure error={original.lastError} />,
    },
    {
      ...{ id: 'tries', header: t('webhooks.tries'), accessorFn: ({ tries }) => tries },
      meta: { align: 'end', isMinor: true },
    },
    {
      ...{ id: 'died', header: t('webhooks.died'), accessorFn: ({ diedAt }) => diedAt },
      cell: ({ row: { original } }) => <Moment at={original.diedAt} zone={OWN_ZONE} />,
    },
    {
      ...{ id: 'again', header: t('webhooks.replay'), enableSorting: false },
      cell: ({ row: { original } }) => (
        <Button variant="quiet" onPress={() => replay.mutate(original.id)}>
          {t('webhooks.replay')}
        </Button>
      ),
    },
  ];
  return (
    <Section title={t('webhooks.jobs')} lead={t('webhooks.jobs-lead')}>
      <Answered query={query}>
        {({ jobs }) =>
          jobs.length === 0 ? (
            <p>{t('webhooks.no-jobs')}</p>
          ) : (
            <DataTable caption={t('webhooks.jobs')} rows={jobs} idOf={({ id }) => id} columns={columns} />
          )
        }
      </Answered>
    </Section>
  );
}
