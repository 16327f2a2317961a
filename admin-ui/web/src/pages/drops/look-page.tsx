/** What shoppers see: message, colours, where they come from and go to; beside it the waiting room's own page. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Drop } from '../../api/contract.ts';
import { dropQuery } from '../../api/drops.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay } from '../../session/session.ts';
import { CheckboxGroup } from '../../ui/checkbox-group.tsx';
import { Form, SubmitRow, useSubmit } from '../../ui/form.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { Answered } from '../../ui/states.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';
import { useChangeDrop } from './change-drop.ts';
import { LogoField } from './logo-field.tsx';
import { LookFacts } from './look-facts.tsx';
import { OthersNote } from './others-note.tsx';
import { Preview } from './preview.tsx';
import { ThemeFields, type ThemeTexts } from './theme-fields.tsx';
import './drops.css';

/** Those that the waiting page speaks. */
const LANGUAGES = ['ar', 'cs', 'de', 'en', 'es', 'fr', 'it', 'ja', 'ko', 'nl', 'pl', 'pt', 'sv', 'tr', 'zh'];

export default function LookPage() {
  const { drop: id = '' } = useParams({ strict: false });
  const query = useQuery(dropQuery(id));
  return <Answered query={query}>{(drop) => <Look key={drop.id} drop={drop} />}</Answered>;
}

function Look({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const mayChange = useMay()('page.change');
  return (
    <>
      <PageHeader level={2} title={t('drops.look')}>
        {t('drops.look-lead')}
      </PageHeader>
      {mayChange ? (
        <LookForm drop={drop} />
      ) : (
        <div className="look">
          <LookFacts drop={drop} />
          <PreviewSection drop={drop} />
        </div>
      )}
    </>
  );
}

function PreviewSection({ drop }: { readonly drop: Drop }) {
  const t = useText();
  return (
    <Section title={t('drops.preview')} lead={t('drops.preview-lead')}>
      <Preview drop={drop} />
    </Section>
  );
}

const textsFrom = ({ page }: Drop) => ({
  ...{ message: page.message, origins: page.returnOrigins.join('\n'), back: page.defaultReturnTo ?? '' },
  showStock: page.showStock,
  theme: (page.theme ?? null) as ThemeTexts | null,
});

function LookForm({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const change = useChangeDrop(drop);
  const [texts, setTexts] = useState(() => textsFrom(change.base));
  const [lang, setLang] = useState('en');
  const languageNames = new Intl.DisplayNames(document.documentElement.lang, { type: 'language' });

  const submit = useSubmit(async () => {
    const before = textsFrom(change.base);
    const message = Object.fromEntries(
      Object.entries(texts.message).filter(([, text]) => text.trim() !== ''),
    );
    const origins = texts.origins.split(/\s+/).filter(Boolean);
    const body = {
      ...(JSON.stringify(before.message) !== JSON.stringify(message) && { message }),
      ...(before.origins !== origins.join('\n') && { returnOrigins: origins }),
      ...(before.back !== texts.back && { defaultReturnTo: texts.back === '' ? null : texts.back }),
      ...(before.showStock !== texts.showStock && { showStock: texts.showStock }),
      ...(JSON.stringify(before.theme) !== JSON.stringify(texts.theme) && { theme: texts.theme }),
    };
    if (Object.keys(body).length === 0) return tell(t('drops.nothing-changed'));
    const saved = await change.send('/page', body);
    if (!saved) return;
    setTexts(textsFrom(saved));
    tell(t('drops.saved'));
  });

  return (
    <>
      <OthersNote change={change} onStartOver={() => setTexts(textsFrom(drop))} />
      <div className="look">
        <Form submit={submit} toldElsewhere="version-mismatch">
          <SelectField
            name="language"
            label={t('drops.message-language')}
            value={lang}
            onChange={setLang}
            options={LANGUAGES.map((code) => ({
              value: code,
              label: `${languageNames.of(code)}${texts.message[code] ? ' ✓' : ''}`,
            }))}
          />
          <TextField
            name={`message.${lang}`}
            label={t('drops.message')}
            help={t('drops.message-help')}
            rows={3}
            maxLength={500}
            value={texts.message[lang] ?? ''}
            onChange={(text) => setTexts({ ...texts, message: { ...texts.message, [lang]: text } })}
          />
          <CheckboxGroup
            name="showStock"
            label={t('drops.page-shows')}
            help={t('drops.page-shows-help')}
            options={[{ value: 'stock', label: t('drops.show-stock') }]}
            value={texts.showStock ? ['stock'] : []}
            onChange={(shown) => setTexts({ ...texts, showStock: shown.includes('stock') })}
          />
          <ThemeFields theme={texts.theme} onChange={(theme) => setTexts({ ...texts, theme })} />
          <LogoField drop={drop} />
          <TextField
            name="returnOrigins"
            label={t('drops.origins')}
            help={t('drops.origins-help')}
            rows={2}
            value={texts.origins}
            onChange={(origins) => setTexts({ ...texts, origins })}
          />
          <TextField
            name="defaultReturnTo"
            type="url"
            label={t('drops.shop')}
            help={t('drops.shop-help')}
            value={texts.back}
            onChange={(back) => setTexts({ ...texts, back })}
          />
          <SubmitRow isBusy={submit.isBusy}>{t('ui.save')}</SubmitRow>
        </Form>
        <PreviewSection drop={drop} />
      </div>
      {change.dialog}
    </>
  );
}
