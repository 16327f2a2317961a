/** A series that is planned like this drop: by which rule it recurs, from when on, and how long each stays open. */
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { Drop, Series } from '../../api/contract.ts';
import { request } from '../../api/request.ts';
import { localOf } from '../../domain/clock-times.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { Loading } from '../../ui/states.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';

const DateTimeField = lazy(async () => ({
  default: (await import('../../ui/date-time-field.tsx')).DateTimeField,
}));

/** Rules that need no knowledge of RFC 5545; whoever has it writes their own. */
const RULES = {
  daily: 'FREQ=DAILY',
  weekdays: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
  weekly: 'FREQ=WEEKLY',
  monthly: 'FREQ=MONTHLY',
  own: '',
} as const;
type Rule = keyof typeof RULES;

const ID_LENGTH_MAX = 26;
const MINUTE_SECONDS = 60;

export interface RecurDialogProps {
  readonly drop: Drop;
  readonly isOpen: boolean;
  onClose(): void;
}

export function RecurDialog({ drop, isOpen, onClose }: RecurDialogProps) {
  const t = useText();
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('series.make')}>
      <Recur drop={drop} onClose={onClose} />
    </Dialog>
  );
}

/** What the API takes of a drop for those that are to be like it. A picture is sent to each drop apart. */
function planOf({ admission, page, perShopperLimit, currency, products, access }: Drop) {
  const { logo: _, ...stated } = page;
  return { admission, page: stated, perShopperLimit, currency, products, access };
}

function Recur({ drop, onClose }: Omit<RecurDialogProps, 'isOpen'>) {
  const t = useText();
  const navigate = useNavigate();
  const { timeZone, opensAt, closesAt } = drop;
  // Whoever made the drop by the API may have stated seconds; this form knows whole minutes.
  const openMinutes =
    closesAt === null
      ? ''
      : String(Math.max(1, Math.round((Date.parse(closesAt) - Date.parse(opensAt)) / 1000 / MINUTE_SECONDS)));
  const [texts, setTexts] = useState({
    ...{
      name: drop.name,
      id: drop.id.slice(0, ID_LENGTH_MAX).replace(/-+$/, ''),
      rule: 'weekly' as Rule,
      rrule: '',
    },
    ...{ startsLocal: localOf(opensAt, timeZone), openMinutes, aheadDays: '14' },
  });
  const change = (part: Partial<typeof texts>) => setTexts({ ...texts, ...part });
  const submit = useSubmit(async () => {
    const { name, id, rule, rrule, startsLocal, aheadDays } = texts;
    const body = {
      ...{ ...planOf(drop), id, name, timeZone, startsLocal, rrule: rule === 'own' ? rrule : RULES[rule] },
      ...{ openSeconds: secondsOf(texts.openMinutes), aheadDays: numberOf(aheadDays) },
    };
    const { content } = await request<Series>('POST', '/api/v1/series', { body });
    onClose();
    tell(t('series.made', { name: content.name }));
    await navigate({ to: '/series/$series', params: { series: content.id } as never });
  });
  return (
    <Form submit={submit}>
      <p>{t('series.make-lead')}</p>
      <TextField
        name="name"
        label={t('drops.name')}
        value={texts.name}
        onChange={(name) => change({ name })}
        isRequired
        autoFocus
      />
      <TextField
        name="id"
        label={t('series.id')}
        help={t('series.id-help')}
        value={texts.id}
        onChange={(id) => change({ id })}
        isRequired
      />
      <SelectField
        name="rule"
        label={t('series.rule')}
        value={texts.rule}
        onChange={(rule) => change({ rule: rule as Rule })}
        options={Object.keys(RULES).map((value) => ({ value, label: t(`series.rule-${value}`) }))}
      />
      {texts.rule === 'own' && (
        <TextField
          name="rrule"
          label={t('series.rrule')}
          help={t('series.rrule-help')}
          value={texts.rrule}
          onChange={(rrule) => change({ rrule })}
          isRequired
        />
      )}
      <Suspense fallback={<Loading lines={1} />}>
        <DateTimeField
          name="startsLocal"
          label={t('series.starts')}
          help={t('series.starts-help', { zone: timeZone })}
          value={texts.startsLocal}
          onChange={(startsLocal) => change({ startsLocal })}
          isRequired
        />
      </Suspense>
      <TextField
        name="openSeconds"
        label={t('series.open-minutes')}
        help={t('series.open-help')}
        inputMode="numeric"
        value={texts.openMinutes}
        onChange={(minutes) => change({ openMinutes: minutes })}
      />
      <TextField
        name="aheadDays"
        label={t('series.ahead')}
        help={t('series.ahead-help')}
        inputMode="numeric"
        value={texts.aheadDays}
        onChange={(aheadDays) => change({ aheadDays })}
        isRequired
      />
      <div className="actions">
        <Button onPress={onClose}>{t('ui.cancel')}</Button>
        <Button type="submit" variant="primary" isPending={submit.isBusy}>
          {t('series.make')}
        </Button>
      </div>
    </Form>
  );
}

/** The text itself when it is no number, for the server to refuse at its field. */
const numberOf = (text: string): number | string => (/^\s*\d+\s*$/.test(text) ? Number(text) : text);

function secondsOf(minutes: string): number | string | null {
  if (minutes.trim() === '') return null;
  const number = numberOf(minutes);
  return typeof number === 'number' ? number * MINUTE_SECONDS : number;
}
