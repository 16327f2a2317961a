/** What a drop sells: units available, held and sold by the checkout's ledger, and movements with their reason. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import { useIntl } from 'react-intl';
import type { Drop, Stock } from '../../api/contract.ts';
import { dropQuery } from '../../api/drops.ts';
import { read, request } from '../../api/request.ts';
import { majorOf } from '../../domain/product-lines.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay } from '../../session/session.ts';
import { useConfirmation } from '../../ui/confirmation.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Form, SubmitRow, useSubmit } from '../../ui/form.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';
import './drops.css';

/** Units move while a drop runs. */
const REFRESH_MS = 2_000;

const stockQuery = (id: string) => ({
  queryKey: ['stock', id],
  queryFn: ({ signal }: { signal: AbortSignal }) => read<Stock>(`/api/v1/drops/${id}/stock`, signal),
});

export default function StockPage() {
  const t = useText();
  const { drop: id = '' } = useParams({ strict: false });
  const drop = useQuery(dropQuery(id));
  const stock = useQuery({ ...stockQuery(id), refetchInterval: REFRESH_MS });
  return (
    <>
      <PageHeader
        level={2}
        title={t('stock.title')}
        actions={
          <a className="button plain" href={`/api/v1/drops/${id}/products`} download>
            {t('stock.csv')}
          </a>
        }
      />
      <Answered query={drop}>
        {(plan) => (
          <Answered query={stock}>{(balances) => <Balances drop={plan} stock={balances} />}</Answered>
        )}
      </Answered>
    </>
  );
}

interface Row {
  readonly sku: string;
  readonly name: string;
  readonly price: string;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly total: number;
}

function Balances({ drop, stock }: { readonly drop: Drop; readonly stock: Stock }) {
  const t = useText();
  const intl = useIntl();
  const may = useMay();
  const rows = useMemo<Row[]>(
    () =>
      stock.products.map((product) => {
        const planned = drop.products.find(({ sku }) => sku === product.sku);
        const price = planned
          ? intl.formatNumber(Number(majorOf(planned.priceMinor, drop.currency)), {
              ...{ style: 'currency', currency: drop.currency },
            })
          : '–';
        return { ...product, name: planned?.name ?? product.sku, price };
      }),
    [stock, drop, intl],
  );
  const columns = useMemo<Column<Row>[]>(() => {
    const number = (id: 'available' | 'held' | 'sold' | 'total', isMinor = false): Column<Row> => ({
      ...{ id, header: t(`stock.${id}`), accessorFn: (row) => row[id] },
      cell: ({ row: { original } }) => intl.formatNumber(original[id]),
      meta: { align: 'end', ...(isMinor && { isMinor: true as const }) },
    });
    return [
      {
        ...{ id: 'name', header: t('drops.product-name'), accessorFn: ({ name }) => name },
        cell: ({ row: { original } }) => (
          <>
            {original.name} <code className="sku">{original.sku}</code>
          </>
        ),
        meta: { isRowHeader: true },
      },
      {
        ...{ id: 'price', header: t('drops.price'), accessorFn: ({ price }) => price },
        meta: { align: 'end', isMinor: true },
      },
      number('available'),
      number('held'),
      number('sold'),
      number('total', true),
    ];
  }, [t, intl]);
  return (
    <>
      <DataTable
        caption={t('stock.title')}
        columns={columns}
        rows={rows}
        idOf={({ sku }) => sku}
        empty={<Empty title={t('stock.none')}>{t('stock.none-lead')}</Empty>}
      />
      {may('stock.move') && rows.length > 0 && <Movement drop={drop} rows={rows} />}
    </>
  );
}

function Movement({ drop, rows }: { readonly drop: Drop; readonly rows: readonly Row[] }) {
  const t = useText();
  const client = useQueryClient();
  const confirmation = useConfirmation();
  const empty = { sku: rows[0]?.sku ?? '', way: 'in', units: '', reason: '' };
  const [texts, setTexts] = useState(empty);
  // The same key for the same movement, however often the button is pressed or the answer is lost.
  const key = useRef(crypto.randomUUID());
  const change = (part: Partial<typeof empty>) => {
    key.current = crypto.randomUUID();
    setTexts((now) => ({ ...now, ...part }));
  };
  const submit = useSubmit(async () => {
    const units = /^\d+$/.test(texts.units.trim()) ? Number(texts.units) : null;
    const delta = units === null ? texts.units : texts.way === 'in' ? units : -units;
    const isDone = await confirmation.run(async (more) => {
      await request('POST', `/api/v1/drops/${drop.id}/stock`, {
        body: { sku: texts.sku, delta, reason: texts.reason, ...more },
        headers: { 'idempotency-key': key.current },
      });
    });
    if (!isDone) return;
    await client.invalidateQueries({ queryKey: ['stock', drop.id] });
    tell(t(texts.way === 'in' ? 'stock.put-in' : 'stock.taken-out', { units: units ?? 0, sku: texts.sku }));
    change({ units: '', reason: '' });
  });
  return (
    <Section title={t('stock.move')} lead={t('stock.move-lead')}>
      <Form submit={submit}>
        <SelectField
          name="sku"
          label={t('stock.product')}
          value={texts.sku}
          onChange={(sku) => change({ sku })}
          options={rows.map(({ sku, name }) => ({ value: sku, label: `${name} (${sku})` }))}
        />
        <div className="row">
          <SelectField
            name="way"
            label={t('stock.way')}
            value={texts.way}
            onChange={(way) => change({ way })}
            options={[
              { value: 'in', label: t('stock.in') },
              { value: 'out', label: t('stock.out') },
            ]}
          />
          <TextField
            name="delta"
            label={t('drops.units')}
            inputMode="numeric"
            value={texts.units}
            onChange={(units) => change({ units })}
            isRequired
          />
        </div>
        <TextField
          name="reason"
          label={t('stock.reason')}
          help={t('stock.reason-help')}
          value={texts.reason}
          onChange={(reason) => change({ reason })}
          isRequired
        />
        <SubmitRow isBusy={submit.isBusy}>{t('stock.go')}</SubmitRow>
      </Form>
      {confirmation.dialog}
    </Section>
  );
}
