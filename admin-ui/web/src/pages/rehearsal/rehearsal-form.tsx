/** What crowd is let loose, and for how long. Shares are typed in percent, the way people say them. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Rehearsal } from '../../api/office-contract.ts';
import { rehearsalsQuery } from '../../api/rehearsals.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { useConfirmation } from '../../ui/confirmation.tsx';
import { Form, SubmitRow, useSubmit } from '../../ui/form.tsx';
import { Section } from '../../ui/section.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { TextField } from '../../ui/text-field.tsx';

const ARRIVALS: readonly Rehearsal['settings']['arrivals'][] = ['steady', 'rush', 'late'];

/** As the server has them where nothing is said (contract/rehearsals.ts). */
const TYPED = {
  shoppers: '300',
  noShowShare: '10',
  buyShare: '70',
  declineShare: '5',
  lobbySeconds: '60',
  openSeconds: '10',
};
type Field = keyof typeof TYPED;

/** What is typed, as a multiple of what is sent. */
const UNITS: Readonly<Record<Field, { readonly factor: number; readonly unit?: '%' | 's' | 'min' }>> = {
  shoppers: { factor: 1 },
  noShowShare: { factor: 1 / 100, unit: '%' },
  buyShare: { factor: 1 / 100, unit: '%' },
  declineShare: { factor: 1 / 100, unit: '%' },
  lobbySeconds: { factor: 1, unit: 's' },
  openSeconds: { factor: 60, unit: 'min' },
};

/** What is no number is left to the server to refuse, at its field. */
function numberOf(field: Field, text: string): number | string {
  const typed = Number(text.trim().replace(',', '.'));
  if (text.trim() === '' || Number.isNaN(typed)) return text;
  const value = Math.round(typed * UNITS[field].factor * 10_000) / 10_000;
  return field.endsWith('Seconds') ? Math.round(value) : value;
}

export function RehearsalForm({ drop }: { readonly drop: string }) {
  const t = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const confirmation = useConfirmation();
  const [arrivals, setArrivals] = useState<string>('steady');
  const [typed, type] = useState(TYPED);
  const submit = useSubmit(async () => {
    const numbers = Object.fromEntries(
      Object.entries(typed).map(([field, text]) => [field, numberOf(field as Field, text)]),
    );
    let id: string | undefined;
    await confirmation.run(async (more) => {
      const body = { arrivals, ...numbers, ...more };
      id = (await request<Rehearsal>('POST', `/api/v1/drops/${drop}/rehearsals`, { body })).content.id;
    });
    if (id === undefined) return;
    await client.invalidateQueries(rehearsalsQuery(drop));
    await navigate({ to: '/drops/$drop/control' as never, params: { drop: id } as never });
  });
  const field = (name: Field) => {
    const { unit } = UNITS[name];
    return (
      <TextField
        name={name}
        label={t(`rehearsal.field-${name}`)}
        help={t(`rehearsal.help-${name}`)}
        inputMode="decimal"
        value={typed[name]}
        onChange={(text) => type({ ...typed, [name]: text })}
        {...(unit && { unit })}
        isRequired
      />
    );
  };
  return (
    <Section title={t('rehearsal.new')} lead={t('rehearsal.new-lead')}>
      <Form submit={submit}>
        {field('shoppers')}
        <SelectField
          name="arrivals"
          label={t('rehearsal.arrivals')}
          value={arrivals}
          onChange={setArrivals}
          options={ARRIVALS.map((value) => ({ value, label: t(`rehearsal.arrivals-${value}`) }))}
        />
        {field('noShowShare')}
        {field('buyShare')}
        {field('declineShare')}
        {field('lobbySeconds')}
        {field('openSeconds')}
        <SubmitRow isBusy={submit.isBusy}>{t('rehearsal.start')}</SubmitRow>
      </Form>
      {confirmation.dialog}
    </Section>
  );
}
