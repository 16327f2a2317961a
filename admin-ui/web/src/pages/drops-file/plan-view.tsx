/** What a file would change, drop by drop: what is refused and asked about first, then each field from what it is to what it would be. */
import type { Drop, DropsPlan } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Moment } from '../../ui/moment.tsx';
import { type RecordWords, recordedChanges, useRecordWords } from '../../ui/record-words/record-words.ts';
import { type PlannedItem, plannedItems, usePlanWords } from './plan-words.ts';

const TONES: Readonly<Record<PlannedItem['action'], Tone>> = {
  create: 'good',
  change: 'accent',
  none: 'neutral',
  refused: 'danger',
};

export function PlanView({ plan }: { readonly plan: DropsPlan }) {
  const t = useText();
  const items = plannedItems(plan);
  const count = (action: PlannedItem['action']) => items.filter((one) => one.action === action).length;
  const same = items.filter(({ action }) => action === 'none');
  const counts = { create: count('create'), change: count('change'), none: same.length };
  return (
    <>
      <p role="status">{t('files.summary', { ...counts, refused: count('refused') })}</p>
      {count('refused') > 0 && <p className="note danger">{t('files.refused-lead')}</p>}
      {items
        .filter(({ action }) => action !== 'none')
        .map((item) => (
          <Planned key={`${item.kind} ${item.id}`} item={item} />
        ))}
      {same.length > 0 && (
        <p className="same">{t('files.same', { ids: same.map(({ id }) => id).join(', ') })}</p>
      )}
    </>
  );
}

function Planned({ item }: { readonly item: PlannedItem }) {
  const t = useText();
  const words = usePlanWords();
  const { id, kind, action, fields } = item;
  const stated = fields.find(({ field }) => field === 'timeZone')?.to;
  const zone = typeof stated === 'string' ? stated : 'UTC';
  const record = useRecordWords(zone);
  const changes = recordedChanges(
    Object.fromEntries(fields.map(({ field, from }) => [field, from])),
    Object.fromEntries(fields.map(({ field, to }) => [field, to])),
  ).filter(({ from, to }) => (from ?? null) !== null || (to ?? null) !== null);
  return (
    <article className="planned" aria-label={id}>
      <h3>
        <code>{id}</code> {kind === 'series' && t('files.is-series')}{' '}
        <Badge tone={TONES[action]}>{t(`files.is-${action}`)}</Badge>
      </h3>
      {item.refusals.length > 0 && (
        <ul className="note danger">
          {words.refusals(item).map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {item.dangers.length > 0 && (
        <ul className="note warning">
          {words.dangers(item).map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {changes.length > 0 && (
        <ul className="plan-diff">
          {changes.map(({ path, from, to }) => (
            <li key={path}>
              {record.field(path)}:{' '}
              {action !== 'create' && (
                <>
                  <del>
                    <Shown value={from} record={record} zone={zone} />
                  </del>{' '}
                  →{' '}
                </>
              )}
              <ins>
                <Shown value={to} record={record} zone={zone} />
              </ins>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+(Z|[+-]\d\d:\d\d)$/;

interface ShownProps {
  readonly value: unknown;
  readonly record: RecordWords;
  readonly zone: string;
}

function Shown({ value, record, zone }: ShownProps) {
  const t = useText();
  if (typeof value === 'string' && INSTANT.test(value)) return <Moment at={value} zone={zone} />;
  if (!Array.isArray(value)) return record.value(value);
  return value
    .map((one) => (isProduct(one) ? t('files.product', { ...one }) : memberText(one, record)))
    .join('; ');
}

const isProduct = (value: unknown): value is Drop['products'][number] =>
  typeof value === 'object' && value !== null && 'sku' in value && 'stock' in value;

const memberText = (value: unknown, record: RecordWords): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map(([name, member]) => `${record.field(name)} ${record.value(member)}`)
        .join(', ')
    : record.value(value);
