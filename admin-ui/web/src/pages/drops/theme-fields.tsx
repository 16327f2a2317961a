/** A merchant's three colours, with what the page makes of them and every pair that could not be read, as one types. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useId } from 'react';
import { useIntl } from 'react-intl';
import type { ThemeCheck } from '../../api/contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Badge } from '../../ui/badge.tsx';

export interface ThemeTexts {
  readonly accent: string;
  readonly background: string;
  readonly text: string;
}

/** The waiting page's own. */
const OWN: ThemeTexts = { accent: '#0b6e4f', background: '#f6f7f6', text: '#16201c' };
const COLOUR = /^#[0-9a-f]{6}$/i;

export interface ThemeFieldsProps {
  readonly theme: ThemeTexts | null;
  onChange(theme: ThemeTexts | null): void;
}

export function ThemeFields({ theme, onChange }: ThemeFieldsProps) {
  const t = useText();
  return (
    <fieldset className="theme">
      <legend>{t('drops.colours')}</legend>
      <label className="check">
        <input
          type="checkbox"
          checked={theme !== null}
          onChange={({ target }) => onChange(target.checked ? OWN : null)}
        />
        {t('drops.own-colours')}
      </label>
      {theme && (
        <>
          <div className="row">
            {(['accent', 'background', 'text'] as const).map((name) => (
              <Colour
                key={name}
                label={t(`drops.colour-${name}`)}
                value={theme[name]}
                onChange={(value) => onChange({ ...theme, [name]: value })}
              />
            ))}
          </div>
          <Contrasts theme={theme} />
        </>
      )}
    </fieldset>
  );
}

interface ColourProps {
  readonly label: string;
  readonly value: string;
  onChange(value: string): void;
}

function Colour({ label, value, onChange }: ColourProps) {
  const id = useId();
  const t = useText();
  return (
    <div className="field colour">
      <label htmlFor={id}>{label}</label>
      <span className="with-unit">
        <input
          type="color"
          aria-label={t('drops.pick', { colour: label })}
          value={COLOUR.test(value) ? value : '#000000'}
          onChange={({ target }) => onChange(target.value)}
        />
        <input
          id={id}
          className="input"
          value={value}
          maxLength={7}
          aria-invalid={!COLOUR.test(value)}
          onChange={({ target }) => onChange(target.value)}
        />
      </span>
    </div>
  );
}

function Contrasts({ theme }: { readonly theme: ThemeTexts }) {
  const t = useText();
  const intl = useIntl();
  const asked = useDeferredValue(theme);
  const isWhole = Object.values(asked).every((colour) => typeof colour !== 'string' || COLOUR.test(colour));
  const { data } = useQuery({
    queryKey: ['theme', asked],
    queryFn: async ({ signal }) =>
      (await request<ThemeCheck>('POST', '/api/v1/theme-preview', { body: asked, signal, isReading: true }))
        .content,
    enabled: isWhole,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!isWhole) return <p className="fault">{t('drops.colour-form')}</p>;
  if (!data) return null;
  /** `text on background`, by the names that the page's own colours have. */
  const pairText = (pair: string): string => {
    const [colour = '', on = ''] = pair.split(' on ').map((name) => t(`drops.tint-${name}`));
    return t('drops.pair', { colour, on });
  };
  const low = data.contrasts.filter(({ ratio, needed }) => ratio < needed);
  return (
    <div role="status">
      {low.length === 0 ? (
        <p>
          <Badge tone="good">{t('drops.readable')}</Badge>
        </p>
      ) : (
        <>
          <p>
            <Badge tone="danger">{t('drops.unreadable')}</Badge>
          </p>
          <ul className="contrasts">
            {low.map(({ scheme, pair, ratio, needed }) => (
              <li key={`${scheme} ${pair}`}>
                {t('drops.contrast', {
                  ...{ pair: pairText(pair), scheme: t(`drops.scheme-${scheme}`) },
                  ...{ ratio: intl.formatNumber(ratio), needed: intl.formatNumber(needed) },
                })}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
