/** Orders: found by anything a shopper may have at hand, and taken away as a file. Of one drop when it is a drop's tab. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useDropChoices, useDropZones } from '../../api/drop-zones.ts';
import type { Order, OrderList } from '../../api/office-contract.ts';
import { read } from '../../api/request.ts';
import { meaningOf } from '../../domain/clock-times.ts';
import { searchBy } from '../../domain/order-search.ts';
import { unitsText } from '../../domain/order-timeline.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { Moment } from '../../ui/moment.tsx';
import { useMoney } from '../../ui/money.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { Answered, Empty, Loading } from '../../ui/states.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { ORDER_STATES, OrderState } from './order-state.tsx';
import '../../ui/office.css';

/** Comes after the page that has it: it is a third of what the page weighs. */
const BoughtBetween = lazy(() => import('./bought-between.tsx'));

/** Refunds settle and orders come in by themselves. */
const REFRESH_MS = 10_000;

interface Filters {
  readonly q: string;
  readonly drop: string;
  readonly state: string;
  /** Clock times in the zone of the drop, or in UTC: bought then or later, and before. */
  readonly from: string;
  readonly to: string;
}

/** As the API takes it. @param zone of the clock times */
function queryOf({ q, drop, state, from, to }: Filters, zone: string): URLSearchParams {
  const query = new URLSearchParams();
  const found = searchBy(q);
  if (found) query.set(found.by, found.value);
  if (drop !== '') query.set('drop', drop);
  if (state !== '') query.set('state', state);
  // What clocks show twice is taken whole.
  const [first, last] = [meaningOf(from, zone), meaningOf(to, zone)];
  if (first) query.set('from', first.kind === 'one' ? first.at : first.earlier.at);
  if (last) query.set('to', last.kind === 'one' ? last.at : last.later.at);
  return query;
}

export default function OrdersPage() {
  const t = useText();
  const { drop: ofDrop } = useParams({ strict: false }) as { drop?: string };
  const given = useSearch({ strict: false }) as Partial<Filters>;
  const filters: Filters = {
    q: given.q ?? '',
    drop: ofDrop ?? given.drop ?? '',
    state: given.state ?? '',
    from: given.from ?? '',
    to: given.to ?? '',
  };
  const zone = useDropZones()(filters.drop || null);
  const asked = queryOf(filters, zone);
  const query = useInfiniteQuery({
    queryKey: ['orders', asked.toString()],
    queryFn: ({ pageParam, signal }) => {
      const page = new URLSearchParams(asked);
      if (pageParam) page.set('after', pageParam);
      return read<OrderList>(`/api/v1/orders?${page}`, signal);
    },
    initialPageParam: '',
    getNextPageParam: ({ next }: OrderList) => next,
    refetchInterval: REFRESH_MS,
  });
  const take = (format: string) => `/api/v1/orders/export?format=${format}&${asked}`;
  return (
    <>
      <PageHeader
        title={t('orders.title')}
        level={ofDrop === undefined ? 1 : 2}
        actions={
          <>
            <a className="button plain" href={take('csv')} download="orders.csv">
              {t('orders.csv')}
            </a>
            <a className="button plain" href={take('jsonl')} download="orders.jsonl">
              {t('orders.jsonl')}
            </a>
          </>
        }
      >
        {t('orders.lead')}
      </PageHeader>
      {/* By what was asked for, not by how it is sent: zones come later, and what is being typed must stay. */}
      <FilterForm
        key={JSON.stringify(filters)}
        filters={filters}
        zone={zone}
        isOfDrop={ofDrop !== undefined}
      />
      <Answered query={query} lines={6}>
        {({ pages }) => (
          <>
            <OrderTable
              orders={pages.flatMap(({ orders }) => orders)}
              isFiltered={asked.size > (ofDrop === undefined ? 0 : 1)}
            />
            {query.hasNextPage && (
              <Button onPress={() => void query.fetchNextPage()} isPending={query.isFetchingNextPage}>
                {t('orders.more')}
              </Button>
            )}
          </>
        )}
      </Answered>
    </>
  );
}

interface FilterFormProps {
  readonly filters: Filters;
  readonly zone: string;
  readonly isOfDrop: boolean;
}

function FilterForm({ filters, zone, isOfDrop }: FilterFormProps) {
  const t = useText();
  const navigate = useNavigate();
  const drops = useDropChoices();
  const [q, setQ] = useState(filters.q);
  const [between, setBetween] = useState({ from: filters.from, to: filters.to });
  const show = (change: Partial<Filters>) => {
    const { drop, ...rest } = { ...filters, q, ...between, ...change };
    const search = { ...rest, ...(isOfDrop ? {} : { drop }) };
    const stated = Object.fromEntries(Object.entries(search).filter(([, value]) => value !== ''));
    return navigate({ to: '.', search: stated as never });
  };
  const submit = useSubmit(async () => {
    await show({});
  });
  return (
    <Form submit={submit} className="filters">
      <div className="wide">
        <TextField name="q" type="search" label={t('orders.find')} value={q} onChange={setQ} isRequired />
      </div>
      {!isOfDrop && (
        <SelectField
          name="drop"
          label={t('orders.drop')}
          value={filters.drop}
          onChange={(drop) => void show({ drop })}
          options={[{ value: '', label: t('orders.any-drop') }, ...drops]}
        />
      )}
      <SelectField
        name="state"
        label={t('orders.state')}
        value={filters.state}
        onChange={(state) => void show({ state })}
        options={[
          { value: '', label: t('orders.any-state') },
          ...ORDER_STATES.map((state) => ({ value: state, label: t(`orders.state-${state}`) })),
        ]}
      />
      <Suspense fallback={<Loading lines={2} />}>
        <BoughtBetween
          {...between}
          zone={zone}
          onChange={(part) => setBetween((known) => ({ ...known, ...part }))}
        />
      </Suspense>
      <div className="actions">
        <Button type="submit" variant="primary">
          {t('orders.search')}
        </Button>
      </div>
    </Form>
  );
}

function OrderTable({
  orders,
  isFiltered,
}: {
  readonly orders: readonly Order[];
  readonly isFiltered: boolean;
}) {
  const t = useText();
  const money = useMoney();
  const zoneOf = useDropZones();
  const columns = useMemo<Column<Order>[]>(
    () => [
      {
        id: 'order',
        header: t('orders.one'),
        accessorFn: ({ id }) => id,
        cell: ({ row: { original } }) => (
          <Link to={'/orders/$order' as never} params={{ order: original.id } as never}>
            {original.reference ?? original.id.slice(-8)}
          </Link>
        ),
        meta: { isRowHeader: true },
      },
      {
        id: 'state',
        header: t('orders.state'),
        accessorFn: ({ status }) => status,
        cell: ({ row: { original } }) => <OrderState order={original} />,
      },
      {
        id: 'bought',
        header: t('orders.bought'),
        accessorFn: ({ createdAt }) => createdAt,
        cell: ({ row: { original } }) => <Moment at={original.createdAt} zone={zoneOf(original.drop)} />,
      },
      {
        id: 'customer',
        header: t('orders.customer'),
        accessorFn: ({ customer }) => customer ?? '–',
        meta: { isMinor: true },
      },
      {
        id: 'units',
        header: t('orders.units'),
        accessorFn: ({ lines }) => unitsText(lines),
        meta: { isMinor: true },
      },
      {
        id: 'amount',
        header: t('orders.amount'),
        accessorFn: ({ amountMinor }) => amountMinor,
        cell: ({ row: { original } }) => money(original.amountMinor, original.currency),
        meta: { align: 'end' },
      },
    ],
    [t, money, zoneOf],
  );
  return (
    <DataTable
      caption={t('orders.title')}
      columns={columns}
      rows={orders}
      idOf={({ id }) => id}
      empty={
        isFiltered ? (
          <Empty title={t('orders.none-fit')}>{t('orders.none-fit-lead')}</Empty>
        ) : (
          <Empty title={t('orders.none')}>{t('orders.none-lead')}</Empty>
        )
      }
    />
  );
}
