/** One order: what it is, what may be done with it, and its whole story. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { dropQuery } from '../../api/drops.ts';
import type { Order, OrderStory } from '../../api/office-contract.ts';
import { read } from '../../api/request.ts';
import { orderTimeline, unitsText } from '../../domain/order-timeline.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Moment } from '../../ui/moment.tsx';
import { useMoney } from '../../ui/money.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { useRecordWords } from '../../ui/record-words/record-words.ts';
import { Section } from '../../ui/section.tsx';
import { Answered } from '../../ui/states.tsx';
import { Timeline } from '../../ui/timeline.tsx';
import { FulfilDialog, MoneyBackDialog } from './order-dialogs.tsx';
import { OrderState } from './order-state.tsx';

const REFRESH_MS = 3_000;

export default function OrderPage() {
  const t = useText();
  const { order: id = '' } = useParams({ strict: false }) as { order?: string };
  const query = useQuery({
    queryKey: ['order', id],
    queryFn: ({ signal }) => read<OrderStory>(`/api/v1/orders/${id}`, signal),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Answered heading={t('orders.one')} query={query} lines={6}>
      {(story) => <Told story={story} onChanged={() => void query.refetch()} />}
    </Answered>
  );
}

type Act = 'refund' | 'cancel' | 'fulfil';

/** As checkout-api's table of states has it; the server decides again. */
const actsOf = ({ status, amountMinor, refundedMinor, refundingMinor }: Order): Act[] => {
  const left = amountMinor - refundedMinor - refundingMinor;
  return [
    ...(left > 0 && status !== 'cancelled' ? (['refund'] as const) : []),
    ...(status === 'paid' && refundingMinor === 0 ? (['cancel'] as const) : []),
    ...((status === 'paid' || status === 'partially_refunded') && refundingMinor === 0
      ? (['fulfil'] as const)
      : []),
  ];
};

function Told({ story, onChanged }: { readonly story: OrderStory; onChanged(): void }) {
  const t = useText();
  const money = useMoney();
  const words = useRecordWords();
  const may = useMay();
  const { order } = story;
  const { data: drop } = useQuery(dropQuery(order.drop));
  const [act, begin] = useState<Act | null>(null);
  const zone = drop?.timeZone ?? 'UTC';
  const close = (isDone: boolean) => {
    begin(null);
    if (isDone) onChanged();
  };
  return (
    <>
      <PageHeader
        title={t('orders.title-of', { name: order.reference ?? order.id.slice(-8) })}
        actions={
          may('orders.change') &&
          actsOf(order).map((one) => (
            <Button key={one} onPress={() => begin(one)}>
              {t(`orders.do-${one}`)}
            </Button>
          ))
        }
      >
        {money(order.amountMinor, order.currency)} · {unitsText(order.lines)}
      </PageHeader>
      <Section title={t('orders.facts')}>
        <Facts
          facts={[
            [t('orders.state'), <OrderState key="state" order={order} />],
            [
              t('orders.drop'),
              <Link key="drop" to="/drops/$drop" params={{ drop: order.drop } as never}>
                {drop?.name ?? order.drop}
              </Link>,
            ],
            [t('orders.bought'), <Moment key="bought" at={order.createdAt} zone={zone} />],
            [
              t('orders.fulfilled'),
              order.fulfilledAt === null ? '–' : <Moment key="sent" at={order.fulfilledAt} zone={zone} />,
            ],
            [t('orders.customer'), order.customer ?? '–'],
            [t('orders.refunded'), money(order.refundedMinor, order.currency)],
            [t('orders.id'), <code key="id">{order.id}</code>],
            [t('orders.number'), <code key="number">{order.number}</code>],
          ]}
        />
      </Section>
      <Section title={t('orders.story')} lead={t('orders.story-lead')}>
        <Timeline
          zone={zone}
          unknownTime={t('orders.unknown-time')}
          events={orderTimeline(story).map(({ at, what, amountMinor, detail }) => ({
            at,
            title: t(`orders.what-${what}`),
            detail: [
              amountMinor !== undefined && money(amountMinor, order.currency),
              detail && words.value(detail),
            ]
              .filter(Boolean)
              .join(' · '),
          }))}
        />
      </Section>
      {(act === 'refund' || act === 'cancel') && <MoneyBackDialog order={order} kind={act} onClose={close} />}
      {act === 'fulfil' && <FulfilDialog order={order} onClose={close} />}
    </>
  );
}
