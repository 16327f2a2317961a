/** Member classes of a drop: what a signed claim of the shop may give a shopper, by name, and the keys that sign. */
import { useState } from 'react';
import { ApiFault } from '../../api/api-fault.ts';
import type { Drop } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { Section } from '../../ui/section.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useSaveAccess } from './access-page.tsx';

type Members = NonNullable<Drop['access']['members']>;

interface ClassTexts {
  /** Of the row on the screen; never sent. */
  readonly key: number;
  readonly name: string;
  readonly band: string;
  readonly chances: string;
  readonly headStartSeconds: string;
}

let rows = 0;
const textsOf = ({ name, band, chances, headStartSeconds }: Members['classes'][number]): ClassTexts => ({
  ...{ key: ++rows, name, band: String(band), chances: String(chances) },
  headStartSeconds: String(headStartSeconds),
});
const NEW_CLASS = { name: '', band: 1, chances: 2, headStartSeconds: 0 };

/** The text itself when it is no number, for the server to refuse at its field. */
const numberOf = (text: string): number | string => (/^\s*\d+\s*$/.test(text) ? Number(text) : text);

export function MemberClasses({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const save = useSaveAccess(drop);
  const { members } = drop.access;
  const [classes, setClasses] = useState(() => (members?.classes ?? []).map(textsOf));
  const [texts, setTexts] = useState(() => ({
    keys: members ? JSON.stringify(members.keys, null, 2) : '',
    chancesMax: String(members?.chancesMax ?? 1),
    headStartSecondsMax: String(members?.headStartSecondsMax ?? 0),
  }));
  const change = (at: number, part: Partial<ClassTexts>) =>
    setClasses(classes.map((one, index) => (index === at ? { ...one, ...part } : one)));

  const submit = useSubmit(async () => {
    if (texts.keys.trim() === '' && classes.length === 0) return save({ members: null });
    await save({
      members: {
        keys: keysOf(texts.keys, t('access.keys-fault')),
        chancesMax: numberOf(texts.chancesMax),
        headStartSecondsMax: numberOf(texts.headStartSecondsMax),
        classes: classes.map(({ name, band, chances, headStartSeconds }) => ({
          ...{ name, band: numberOf(band), chances: numberOf(chances) },
          headStartSeconds: numberOf(headStartSeconds),
        })),
      },
    });
  });

  const number = (at: number, one: ClassTexts, field: 'band' | 'chances' | 'headStartSeconds') => (
    <TextField
      name={`access.members.classes.${at}.${field}`}
      label={t(`access.class-${field}`)}
      inputMode="numeric"
      value={one[field]}
      onChange={(value) => change(at, { [field]: value })}
      isRequired
    />
  );
  return (
    <Section title={t('access.classes')} lead={t('access.classes-lead')}>
      <Form submit={submit} className="form wide">
        {classes.length === 0 && <p className="help">{t('access.classes-none')}</p>}
        {classes.map((one, at) => (
          <div className="row" key={one.key}>
            <TextField
              name={`access.members.classes.${at}.name`}
              label={t('access.class-name')}
              value={one.name}
              onChange={(name) => change(at, { name })}
              isRequired
            />
            {number(at, one, 'band')}
            {number(at, one, 'chances')}
            {number(at, one, 'headStartSeconds')}
            <Button
              variant="quiet"
              aria-label={t('access.class-remove-one', { name: one.name })}
              onPress={() => setClasses(classes.filter((_, index) => index !== at))}
            >
              {t('access.class-remove')}
            </Button>
          </div>
        ))}
        <TextField
          name="access.members.keys"
          label={t('access.keys')}
          help={t('access.keys-help')}
          value={texts.keys}
          onChange={(keys) => setTexts({ ...texts, keys })}
          rows={5}
        />
        <div className="row">
          <TextField
            name="access.members.chancesMax"
            label={t('access.chances-max')}
            help={t('access.bounds-help')}
            inputMode="numeric"
            value={texts.chancesMax}
            onChange={(chancesMax) => setTexts({ ...texts, chancesMax })}
            isRequired
          />
          <TextField
            name="access.members.headStartSecondsMax"
            label={t('access.head-start-max')}
            inputMode="numeric"
            value={texts.headStartSecondsMax}
            onChange={(headStartSecondsMax) => setTexts({ ...texts, headStartSecondsMax })}
            isRequired
          />
        </div>
        <div className="actions">
          <Button onPress={() => setClasses([...classes, textsOf(NEW_CLASS)])}>
            {t('access.class-add')}
          </Button>
          <Button type="submit" variant="primary" isPending={submit.isBusy}>
            {t('ui.save')}
          </Button>
        </div>
      </Form>
    </Section>
  );
}

/** A list of keys, a single one, or a key set. @throws ApiFault at the field */
function keysOf(text: string, reason: string): unknown {
  try {
    const read: unknown = JSON.parse(text);
    if (Array.isArray(read)) return read;
    const { keys } = read as { keys?: unknown };
    return Array.isArray(keys) ? keys : [read];
  } catch {
    const errors = [{ field: 'body.access.members.keys', reason }];
    throw new ApiFault(400, { type: 'invalid-request', errors, isOwn: true });
  }
}
