/** Another drop like this one, at another time. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Drop } from '../../api/contract.ts';
import { dropsQuery } from '../../api/drops.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';
import { ScheduleFields, type ScheduleTexts, scheduleOf } from './schedule-fields.tsx';

export interface CloneDialogProps {
  readonly drop: Drop;
  readonly isOpen: boolean;
  onClose(): void;
}

export function CloneDialog({ drop, isOpen, onClose }: CloneDialogProps) {
  const t = useText();
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('drops.clone-title', { name: drop.name })}>
      <Clone drop={drop} onClose={onClose} />
    </Dialog>
  );
}

function Clone({ drop, onClose }: Omit<CloneDialogProps, 'isOpen'>) {
  const t = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(drop.name);
  const [schedule, setSchedule] = useState<ScheduleTexts>({
    ...{
      timeZone: drop.timeZone,
      opensAtLocal: '',
      opensAtChoice: null,
      closesAtLocal: '',
      closesAtChoice: null,
    },
  });
  const submit = useSubmit(async () => {
    const body = { name, ...scheduleOf(schedule) };
    const { content } = await request<Drop>('POST', `/api/v1/drops/${drop.id}/clone`, { body });
    await client.invalidateQueries(dropsQuery);
    onClose();
    tell(t('drops.scheduled', { name: content.name }));
    await navigate({ to: '/drops/$drop', params: { drop: content.id } as never });
  });
  return (
    <Form submit={submit}>
      <p>{t('drops.clone-lead')}</p>
      <TextField name="name" label={t('drops.name')} value={name} onChange={setName} isRequired autoFocus />
      <ScheduleFields schedule={schedule} onChange={setSchedule} />
      <div className="actions">
        <Button onPress={onClose}>{t('ui.cancel')}</Button>
        <Button type="submit" variant="primary" isPending={submit.isBusy}>
          {t('drops.schedule')}
        </Button>
      </div>
    </Form>
  );
}
