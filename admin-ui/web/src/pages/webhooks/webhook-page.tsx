/** One address: what it was told, what it could not be, and what may be done about it. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { faultOf } from '../../api/api-fault.ts';
import { useDropZones } from '../../api/drop-zones.ts';
import type { Delivery, DeliveryList, Webhook, WebhookList } from '../../api/office-contract.ts';
import { read, request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useFaultText } from '../../ui/fault-note.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { tell } from '../../ui/toasts.tsx';
import { ToldOnce } from '../../ui/told-once.tsx';
import { useEventWords } from './event-types.ts';
import { Failure } from './failure.tsx';
import { WebhookState } from './webhook-state.tsx';

const REFRESH_MS = 10_000;

export default function WebhookPage() {
  const t = useText();
  const { webhook: id = '' } = useParams({ strict: false }) as { webhook?: string };
  const query = useQuery({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => read<WebhookList>('/api/v1/webhooks', signal),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Answered heading={t('webhooks.one')} query={query}>
      {({ webhooks }) => {
        const webhook = webhooks.find((one) => one.id === id);
        if (!webhook) return <PageHeader title={t('webhooks.gone')} />;
        return <One webhook={webhook} onChanged={() => void query.refetch()} />;
      }}
    </Answered>
  );
}

function One({ webhook, onChanged }: { readonly webhook: Webhook; onChanged(): void }) {
  const t = useText();
  const faultText = useFaultText();
  const eventWords = useEventWords();
  const navigate = useNavigate();
  const [secret, show] = useState<string | null>(null);
  const [isDeleting, remove] = useState(false);
  const path = `/api/v1/webhooks/${webhook.id}`;
  const act = (run: () => Promise<void>) => () =>
    void run().then(onChanged, (thrown: unknown) => tell(faultText(faultOf(thrown)), 'bad'));
  return (
    <>
      <PageHeader
        title={t('webhooks.one')}
        actions={
          <>
            <Button
              onPress={act(async () => {
                await request('PATCH', path, { body: { enabled: !webhook.enabled } });
                tell(t(webhook.enabled ? 'webhooks.disabled-now' : 'webhooks.enabled-now'));
              })}
            >
              {t(webhook.enabled ? 'webhooks.disable' : 'webhooks.enable')}
            </Button>
            {webhook.kind === 'webhook' && (
              <>
                <Button
                  onPress={act(async () => {
                    show(
                      (await request<{ secret: string }>('POST', `${path}/secret`, { body: {} })).content
                        .secret,
                    );
                  })}
                >
                  {t('webhooks.rotate')}
                </Button>
                <Button variant="danger" onPress={() => remove(true)}>
                  {t('webhooks.delete')}
                </Button>
              </>
            )}
          </>
        }
      >
        {webhook.url}
      </PageHeader>
      <p>
        <WebhookState webhook={webhook} />{' '}
        {webhook.disabledReason && <Failure error={webhook.disabledReason} />}
      </p>
      <p className="help">{webhook.types.map(eventWords).join(', ')}</p>
      {secret !== null && (
        <ToldOnce
          title={t('webhooks.secret')}
          lead={t('webhooks.rotated-lead')}
          secret={secret}
          onKept={() => show(null)}
        />
      )}
      <Deliveries webhook={webhook} onChanged={onChanged} />
      <Dialog
        isOpen={isDeleting}
        role="alertdialog"
        title={t('webhooks.delete')}
        onClose={() => remove(false)}
      >
        <p>{t('webhooks.delete-lead')}</p>
        <div className="actions">
          <Button autoFocus onPress={() => remove(false)}>
            {t('ui.cancel')}
          </Button>
          <Button
            variant="danger"
            onPress={act(async () => {
              await request('DELETE', path);
              remove(false);
              await navigate({ to: '/webhooks' as never });
            })}
          >
            {t('webhooks.delete')}
          </Button>
        </div>
      </Dialog>
    </>
  );
}

const STATES = ['dead', 'pending', 'delivered'] as const;

function Deliveries({ webhook, onChanged }: { readonly webhook: Webhook; onChanged(): void }) {
  const t = useText();
  const faultText = useFaultText();
  const zoneOf = useDropZones();
  const eventWords = useEventWords();
  const [status, setStatus] = useState<string>(webhook.dead > 0 ? 'dead' : 'delivered');
  const query = useQuery({
    queryKey: ['deliveries', webhook.id, status],
    queryFn: ({ signal }) =>
      read<DeliveryList>(`/api/v1/webhooks/${webhook.id}/deliveries?status=${status}`, signal),
    refetchInterval: REFRESH_MS,
  });
  const replay = (events?: string[]) =>
    void request<{ replayed: number }>('POST', `/api/v1/webhooks/${webhook.id}/replay`, {
      body: events === undefined ? {} : { events },
    }).then(
      ({ content }) => {
        tell(t('webhooks.replayed', { count: content.replayed }));
        onChanged();
        void query.refetch();
      },
      (thrown: unknown) => tell(faultText(faultOf(thrown)), 'bad'),
    );
  const columns: Column<Delivery>[] = [
    {
      id: 'type',
      header: t('webhooks.event'),
      accessorFn: ({ type }) => eventWords(type),
      meta: { isRowHeader: true },
    },
    {
      id: 'at',
      header: t('webhooks.at'),
      accessorFn: ({ at }) => at,
      cell: ({ row: { original } }) => <Moment at={original.at} zone={zoneOf(original.drop)} isExact />,
    },
    {
      id: 'tries',
      header: t('webhooks.tries'),
      accessorFn: ({ tries }) => tries,
      meta: { align: 'end', isMinor: true },
    },
    {
      ...{ id: 'error', header: t('webhooks.error'), accessorFn: ({ lastError }) => lastError ?? '' },
      cell: ({ row: { original } }) => <Failure error={original.lastError} />,
    },
    {
      id: 'replay',
      header: t('webhooks.replay'),
      enableSorting: false,
      cell: ({ row: { original } }) =>
        original.status === 'dead' ? (
          <Button variant="quiet" onPress={() => replay([original.eventId])}>
            {t('webhooks.replay')}
          </Button>
        ) : null,
    },
  ];
  return (
    <Section
      title={t('webhooks.deliveries')}
      actions={webhook.dead > 0 && <Button onPress={() => replay()}>{t('webhooks.replay-all')}</Button>}
    >
      <SelectField
        name="status"
        label={t('webhooks.state')}
        value={status}
        onChange={setStatus}
        options={STATES.map((one) => ({ value: one, label: t(`webhooks.is-${one}`) }))}
      />
      <Answered query={query}>
        {({ deliveries }) => (
          <DataTable
            caption={t('webhooks.deliveries')}
            columns={columns}
            rows={deliveries}
            idOf={({ eventId }) => eventId}
            empty={<Empty title={t('webhooks.no-deliveries')} />}
          />
        )}
      </Answered>
    </Section>
  );
}
