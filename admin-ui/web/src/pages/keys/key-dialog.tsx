/** A key for a script: a name, what it may, of which drops, and until when. */
import { useState } from 'react';
import { useDropChoices } from '../../api/drop-zones.ts';
import type { MadeKey } from '../../api/office-contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { CheckboxGroup } from '../../ui/checkbox-group.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { TextField } from '../../ui/text-field.tsx';

/** No key makes accounts or keys. */
const NEVER = ['accounts.manage', 'keys.manage'];
const LIFETIMES = ['30', '90', '365', 'never'] as const;

export function KeyDialog({ onClose }: { onClose(key: MadeKey | null): void }) {
  const t = useText();
  const { permissions } = useSession();
  const choices = useDropChoices();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>(['drops.read']);
  const [drops, setDrops] = useState<string[] | null>(null);
  const [days, setDays] = useState<string>('90');
  const submit = useSubmit(async () => {
    const body = { name, scopes, drops, expiresInDays: days === 'never' ? null : Number(days) };
    onClose((await request<MadeKey>('POST', '/api/v1/keys', { body })).content);
  });
  return (
    <Dialog isOpen title={t('keys.make')} onClose={() => onClose(null)}>
      <Form submit={submit}>
        <TextField
          name="name"
          label={t('keys.name')}
          help={t('keys.name-help')}
          value={name}
          onChange={setName}
          isRequired
          autoFocus
        />
        <CheckboxGroup
          name="scopes"
          label={t('keys.scopes')}
          help={t('keys.scopes-help')}
          options={permissions
            .filter((one) => !NEVER.includes(one))
            .map((one) => ({ value: one, label: `${one} – ${t(`scope.${one}`)}` }))}
          value={scopes}
          onChange={setScopes}
        />
        <SelectField
          name="limit"
          label={t('people.drops')}
          value={drops === null ? 'all' : 'some'}
          onChange={(value) => setDrops(value === 'all' ? null : [])}
          options={[
            { value: 'all', label: t('people.all-drops') },
            { value: 'some', label: t('people.only-some') },
          ]}
        />
        {drops !== null && (
          <CheckboxGroup
            name="drops"
            label={t('people.only-these')}
            options={choices}
            value={drops}
            onChange={setDrops}
          />
        )}
        <SelectField
          name="expiresInDays"
          label={t('keys.ends')}
          value={days}
          onChange={setDays}
          options={LIFETIMES.map((one) => ({
            value: one,
            label: one === 'never' ? t('keys.never') : t('keys.days', { days: Number(one) }),
          }))}
        />
        <div className="actions">
          <Button onPress={() => onClose(null)}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" isPending={submit.isBusy}>
            {t('keys.make')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
