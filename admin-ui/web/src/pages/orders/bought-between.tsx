/** When what is looked for was bought: two clock times, in the zone that is named beside them. */
import { useText } from '../../i18n/language.tsx';
import { DateTimeField } from '../../ui/date-time-field.tsx';

export interface BoughtBetweenProps {
  /** `2026-12-01T18:00`; '' for none. */
  readonly from: string;
  readonly to: string;
  readonly zone: string;
  onChange(part: { readonly from?: string; readonly to?: string }): void;
}

export default function BoughtBetween({ from, to, zone, onChange }: BoughtBetweenProps) {
  const t = useText();
  return (
    <>
      <DateTimeField
        name="from"
        label={t('orders.from')}
        help={t('orders.in-zone', { zone })}
        value={from}
        onChange={(at) => onChange({ from: at })}
      />
      <DateTimeField
        name="to"
        label={t('orders.to')}
        help={t('orders.in-zone', { zone })}
        value={to}
        onChange={(at) => onChange({ to: at })}
      />
    </>
  );
}
