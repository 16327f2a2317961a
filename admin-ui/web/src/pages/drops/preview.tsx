/** The waiting room's real page in any state and language, as large as a phone or a desktop; links that others may open, too. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useIntl } from 'react-intl';
import type { Drop, PreviewLink } from '../../api/contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { Answered } from '../../ui/states.tsx';

const SIZES = { phone: [390, 720], desktop: [1280, 800] } as const;

export function Preview({ drop }: { readonly drop: Drop }) {
  const query = useQuery({
    queryKey: ['preview', drop.id],
    queryFn: async () =>
      (await request<PreviewLink>('POST', `/api/v1/drops/${drop.id}/preview`, { body: {}, isReading: true }))
        .content,
    // A link is an act in the audit log: one serves for as long as it is good.
    staleTime: 50 * 60_000,
    refetchOnWindowFocus: false,
  });
  return <Answered query={query}>{(link) => <Framed drop={drop} link={link} />}</Answered>;
}

function Framed({ drop, link }: { readonly drop: Drop; readonly link: PreviewLink }) {
  const t = useText();
  const intl = useIntl();
  const [state, setState] = useState('waiting');
  const [lang, setLang] = useState('en');
  const [size, setSize] = useState<keyof typeof SIZES>('phone');
  const languageNames = new Intl.DisplayNames(intl.locale, { type: 'language' });
  if (link.url === null) return <p className="note warning">{t('drops.no-room-address')}</p>;
  const [width, height] = SIZES[size];
  const address = `${link.url}&state=${state}&lang=${lang}`;
  return (
    <>
      <div className="row">
        <SelectField
          name="state"
          label={t('drops.preview-state')}
          value={state}
          onChange={setState}
          options={link.states.map((one) => ({ value: one, label: t(`drops.preview-is-${one}`) }))}
        />
        <SelectField
          name="lang"
          label={t('drops.preview-language')}
          value={lang}
          onChange={setLang}
          options={link.languages.map((one) => ({ value: one, label: languageNames.of(one) ?? one }))}
        />
        <SelectField
          name="size"
          label={t('drops.preview-size')}
          value={size}
          onChange={(chosen) => setSize(chosen as keyof typeof SIZES)}
          options={(Object.keys(SIZES) as (keyof typeof SIZES)[]).map((one) => ({
            value: one,
            label: t(`drops.size-${one}`),
          }))}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form */}
      <div className="framed" role="group" tabIndex={0} aria-label={t('drops.preview')}>
        <iframe
          // Every saved change is another page.
          key={`${address} ${drop.policyVersion}`}
          title={t('drops.preview-of', { name: drop.name })}
          src={address}
          width={width}
          height={height}
          sandbox="allow-scripts allow-same-origin"
        />
      </div>
      <p className="help">
        <a href={address} target="_blank" rel="noreferrer">
          {t('drops.preview-link')}
        </a>{' '}
        {t('drops.preview-until', { time: intl.formatTime(link.expiresAt, { hourCycle: 'h23' }) })}
      </p>
    </>
  );
}
