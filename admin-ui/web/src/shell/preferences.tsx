/** Language and theme: of this browser, for everybody who uses it. */
import { useState } from 'react';
import { useLanguage, useText } from '../i18n/language.tsx';
import { LOCALES, type Locale } from '../i18n/locale.ts';
import { chooseTheme, currentTheme, THEMES, type Theme } from './theme.ts';

const NAMES: Readonly<Record<Locale, string>> = { en: 'English', de: 'Deutsch' };

export function Preferences() {
  const t = useText();
  const { locale, choose } = useLanguage();
  const [theme, setTheme] = useState(currentTheme);
  return (
    <div className="preferences">
      <label>
        <span>{t('shell.language')}</span>
        <select value={locale} onChange={({ target }) => choose(target.value as Locale)}>
          {LOCALES.map((one) => (
            <option key={one} value={one} lang={one}>
              {NAMES[one]}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('shell.theme')}</span>
        <select
          value={theme}
          onChange={({ target }) => {
            chooseTheme(target.value as Theme);
            setTheme(target.value as Theme);
          }}
        >
          {THEMES.map((one) => (
            <option key={one} value={one}>
              {t(`shell.theme-${one}`)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
