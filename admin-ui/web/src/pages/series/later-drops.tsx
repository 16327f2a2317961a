/** Changes one drop of a series and all later ones; those that were edited alone stay as they are, and are named. */
import { useState } from 'react';
import type { EditedSeries, Series } from '../../api/contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Form, SubmitRow, useSubmit } from '../../ui/form.tsx';
import { Section } from '../../ui/section.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { TextField } from '../../ui/text-field.tsx';

export interface LaterDropsProps {
  readonly series: Series;
  onChanged(series: Series): void;
}

/** The text itself when it is no number, for the server to refuse at its field. */
const numberOf = (text: string): number | string => (/^\s*\d+\s*$/.test(text) ? Number(text) : text);

const textsOf = ({ name, perShopperLimit, admission, openSeconds }: Series) => ({
  ...{ name, limit: String(perShopperLimit), rate: String(admission.ratePerMinute) },
  openMinutes: openSeconds === null ? '' : String(openSeconds / 60),
});

export function LaterDrops({ series, onChanged }: LaterDropsProps) {
  const t = useText();
  const before = textsOf(series);
  const [texts, setTexts] = useState(before);
  const [from, setFrom] = useState('');
  const [done, tellDone] = useState<Pick<EditedSeries, 'changed' | 'left'> | null>(null);
  const change = (part: Partial<typeof texts>) => setTexts({ ...texts, ...part });
  const submit = useSubmit(async () => {
    const minutes = numberOf(texts.openMinutes);
    const body = {
      ...(from !== '' && { from }),
      ...(texts.name !== before.name && { name: texts.name }),
      ...(texts.limit !== before.limit && { perShopperLimit: numberOf(texts.limit) }),
      ...(texts.rate !== before.rate && { admission: { ratePerMinute: numberOf(texts.rate) } }),
      ...(texts.openMinutes !== before.openMinutes && {
        openSeconds:
          texts.openMinutes.trim() === '' ? null : typeof minutes === 'number' ? minutes * 60 : minutes,
      }),
    };
    const path = `/api/v1/series/${series.id}`;
    const { changed, left, ...newest } = (await request<EditedSeries>('PATCH', path, { body })).content;
    tellDone({ changed, left });
    setTexts(textsOf(newest));
    onChanged(newest);
  });
  return (
    <Section title={t('series.later')} lead={t('series.later-lead')}>
      <Form submit={submit}>
        <SelectField
          name="from"
          label={t('series.from')}
          value={from}
          onChange={setFrom}
          options={[
            { value: '', label: t('series.from-all') },
            ...series.next.map(({ local }) => ({ value: local, label: local.replace('T', ' ') })),
          ]}
        />
        <TextField
          name="name"
          label={t('series.name')}
          value={texts.name}
          onChange={(name) => change({ name })}
          isRequired
        />
        <div className="row">
          <TextField
            name="admission.ratePerMinute"
            label={t('series.rate')}
            inputMode="numeric"
            value={texts.rate}
            onChange={(rate) => change({ rate })}
            isRequired
          />
          <TextField
            name="perShopperLimit"
            label={t('series.limit')}
            inputMode="numeric"
            value={texts.limit}
            onChange={(limit) => change({ limit })}
            isRequired
          />
          <TextField
            name="openSeconds"
            label={t('series.open-minutes')}
            inputMode="numeric"
            value={texts.openMinutes}
            onChange={(openMinutes) => change({ openMinutes })}
          />
        </div>
        <SubmitRow isBusy={submit.isBusy}>{t('series.change-later')}</SubmitRow>
      </Form>
      {done && (
        <div className="note good" role="status">
          <p>{t('series.changed', { count: done.changed.length })}</p>
          {done.left.length > 0 && (
            <ul>
              {done.left.map(({ drop, reason }) => (
                <li key={drop}>
                  {drop}: {reason}
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Section>
  );
}
