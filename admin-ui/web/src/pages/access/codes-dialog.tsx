/** Makes codes: whom they are for, how many, how often each may be used; or one word of one's own. */
import { useState } from 'react';
import type { CodeBatch, MadeCodes } from '../../api/contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { TextField } from '../../ui/text-field.tsx';

export interface CodesDialogProps {
  readonly drop: string;
  readonly kind: CodeBatch['kind'];
  onClose(made: MadeCodes | null): void;
}

/** The text itself when it is no number, for the server to refuse at its field. */
const numberOf = (text: string): number | string => (/^\s*\d+\s*$/.test(text) ? Number(text) : text);

export function CodesDialog({ drop, kind, onClose }: CodesDialogProps) {
  const t = useText();
  const [texts, setTexts] = useState({
    way: 'made',
    label: '',
    count: kind === 'access' ? '100' : '1',
    usesMax: '1',
    word: '',
  });
  const change = (part: Partial<typeof texts>) => setTexts({ ...texts, ...part });
  const isWord = texts.way === 'word';
  const submit = useSubmit(async () => {
    const { label, count, usesMax, word } = texts;
    const what = isWord ? { word } : { count: numberOf(count) };
    const body = { kind, label, usesMax: numberOf(usesMax), ...what };
    onClose((await request<MadeCodes>('POST', `/api/v1/drops/${drop}/codes`, { body })).content);
  });
  return (
    <Dialog isOpen title={t(`access.${kind}-make`)} onClose={() => onClose(null)}>
      <Form submit={submit}>
        <TextField
          name="label"
          label={t('access.label')}
          help={t(`access.${kind}-label-help`)}
          value={texts.label}
          onChange={(label) => change({ label })}
          isRequired
          autoFocus
        />
        <SelectField
          name="way"
          label={t('access.way')}
          value={texts.way}
          onChange={(way) => change({ way })}
          options={[
            { value: 'made', label: t('access.way-made') },
            { value: 'word', label: t('access.way-word') },
          ]}
        />
        {isWord ? (
          <TextField
            name="word"
            label={t('access.word')}
            help={t('access.word-help')}
            value={texts.word}
            onChange={(word) => change({ word })}
            isRequired
          />
        ) : (
          <TextField
            name="count"
            label={t('access.count')}
            inputMode="numeric"
            value={texts.count}
            onChange={(count) => change({ count })}
            isRequired
          />
        )}
        <TextField
          name="usesMax"
          label={t('access.uses-max')}
          help={t('access.uses-max-help')}
          inputMode="numeric"
          value={texts.usesMax}
          onChange={(usesMax) => change({ usesMax })}
          isRequired
        />
        <div className="actions">
          <Button onPress={() => onClose(null)}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" isPending={submit.isBusy}>
            {t(`access.${kind}-make`)}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
