/** An address that is to be told of events: where, of what, of which drops. */
import { useState } from 'react';
import { useDropChoices } from '../../api/drop-zones.ts';
import type { MadeWebhook } from '../../api/office-contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { CheckboxGroup } from '../../ui/checkbox-group.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { EVENT_TYPES, useEventWords } from './event-types.ts';

export function WebhookDialog({ onClose }: { onClose(made: MadeWebhook | null): void }) {
  const t = useText();
  const eventWords = useEventWords();
  const choices = useDropChoices();
  const [url, setUrl] = useState('');
  const [types, setTypes] = useState<string[]>(['order.paid']);
  const [drops, setDrops] = useState<string[]>([]);
  const submit = useSubmit(async () => {
    const body = { url, types, ...(drops.length > 0 && { drops }) };
    onClose((await request<MadeWebhook>('POST', '/api/v1/webhooks', { body })).content);
  });
  return (
    <Dialog isOpen title={t('webhooks.add')} onClose={() => onClose(null)}>
      <Form submit={submit}>
        <TextField
          name="url"
          type="url"
          label={t('webhooks.address')}
          help={t('webhooks.address-help')}
          value={url}
          onChange={setUrl}
          isRequired
          autoFocus
        />
        <CheckboxGroup
          name="types"
          label={t('webhooks.types')}
          options={EVENT_TYPES.map((type) => ({ value: type, label: eventWords(type) }))}
          value={types}
          onChange={setTypes}
        />
        <CheckboxGroup
          name="drops"
          label={t('webhooks.drops')}
          help={t('webhooks.drops-help')}
          options={choices}
          value={drops}
          onChange={setDrops}
        />
        <div className="actions">
          <Button onPress={() => onClose(null)}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" isPending={submit.isBusy}>
            {t('webhooks.add')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
