/** What those in line are told, in as many languages as the page has. */
import { useState } from 'react';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { Section } from '../../ui/section.tsx';
import { TextField } from '../../ui/text-field.tsx';
import type { PlannedDrop } from './planned-drop.ts';
import type { Acts } from './use-acts.ts';

/** In which shops of Europe mostly speak; any other can be added. */
const FIRST = ['en', 'de'];
const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'pt', 'sv', 'da', 'cs', 'tr', 'uk', 'ja', 'zh'];
const LENGTH_MAX = 500;

export interface MessageBoxProps {
  readonly drop: PlannedDrop;
  readonly acts: Acts;
  readonly isDisabled: boolean;
}

/** For whoever may not change it. */
export function MessageShown({ drop }: Pick<MessageBoxProps, 'drop'>) {
  const t = useText();
  const texts = Object.entries(drop.page.message);
  return (
    <Section title={t('control.message')}>
      {texts.length === 0 ? (
        <p>{t('control.message-none')}</p>
      ) : (
        <Facts
          facts={texts.map(([language, text]) => [
            nameOf(language),
            <span key={language} lang={language}>
              {text}
            </span>,
          ])}
        />
      )}
    </Section>
  );
}

export function MessageBox({ drop, acts, isDisabled }: MessageBoxProps) {
  const t = useText();
  const { message } = drop.page;
  const [texts, setTexts] = useState<Readonly<Record<string, string>> | null>(null);
  /** What was sent, until the drop is read again: what is typed meanwhile goes on from it, not from what stood there before. */
  const [sent, keepSent] = useState<{ readonly over: object; readonly texts: typeof message } | null>(null);
  const [more, setMore] = useState<readonly string[]>([]);
  const known = sent?.over === message ? sent.texts : message;
  const shown = texts ?? known;
  const languages = [...new Set([...FIRST, ...Object.keys(known), ...more])];
  const send = async (wanted: Readonly<Record<string, string>>, done: string) => {
    const kept = Object.fromEntries(Object.entries(wanted).filter(([, text]) => text.trim() !== ''));
    if (!(await acts.submit({ method: 'PATCH', path: 'page', body: { message: kept }, done }))) return;
    keepSent({ over: message, texts: kept });
    setTexts(null);
  };
  const submit = useSubmit(() => send(shown, t('control.message-done')));
  return (
    <Section title={t('control.message')} lead={t('control.message-lead')}>
      <Form submit={submit}>
        {languages.map((language) => (
          <TextField
            key={language}
            name={`message.${language}`}
            label={nameOf(language)}
            rows={2}
            maxLength={LENGTH_MAX}
            isDisabled={isDisabled}
            value={shown[language] ?? ''}
            onChange={(text) => setTexts({ ...shown, [language]: text })}
          />
        ))}
        <div className="actions">
          <label className="inline">
            <span>{t('control.language-more')}</span>
            <select
              className="input"
              value=""
              disabled={isDisabled}
              onChange={({ target }) => setMore([...more, target.value])}
            >
              <option value="">…</option>
              {LANGUAGES.filter((one) => !languages.includes(one)).map((one) => (
                <option key={one} value={one} lang={one}>
                  {nameOf(one)}
                </option>
              ))}
            </select>
          </label>
        </div>
        <div className="actions">
          <Button
            type="submit"
            variant="primary"
            isPending={submit.isBusy}
            isDisabled={isDisabled || texts === null}
          >
            {t('control.message-send')}
          </Button>
          <Button
            isDisabled={isDisabled || Object.keys(known).length === 0}
            onPress={() => void send({}, t('control.message-gone')).catch(() => submit())}
          >
            {t('control.message-clear')}
          </Button>
        </div>
      </Form>
    </Section>
  );
}

/** In the language itself: whoever writes it reads it. */
const nameOf = (language: string): string =>
  new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
