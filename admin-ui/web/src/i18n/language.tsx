/** Gives everything below it a language, and lets it be changed without a reload. */
import {
  createContext,
  type ReactNode,
  use,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import { IntlProvider, useIntl } from 'react-intl';
import { currentLocale, formatLocale, keepLocale, type Locale } from './locale.ts';
import { listenToMore, loadMoreIfWanted, moreMessages } from './more-messages.ts';

type Messages = Readonly<Record<string, string>>;

const CATALOGUES: Readonly<Record<Locale, () => Promise<{ readonly default: Messages }>>> = {
  en: () => import('./english.ts'),
  de: () => import('./german.ts'),
};

export const loadMessages = async (locale: Locale): Promise<Messages> => (await CATALOGUES[locale]()).default;

const Language = createContext<{ readonly locale: Locale; choose(locale: Locale): void } | null>(null);

/** @param messages of the first language, so that nothing is shown without words */
export function LanguageProvider({ messages: first, children }: { messages: Messages; children: ReactNode }) {
  const [{ locale, messages }, become] = useState(() => ({ locale: currentLocale(), messages: first }));
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  const language = useMemo(
    () => ({
      locale,
      choose(wanted: Locale) {
        keepLocale(wanted);
        void Promise.all([loadMessages(wanted), loadMoreIfWanted(wanted)]).then(([loaded]) =>
          become({ locale: wanted, messages: loaded }),
        );
      },
    }),
    [locale],
  );
  const more = useSyncExternalStore(listenToMore, () => moreMessages(locale));
  const all = useMemo(() => ({ ...messages, ...more }), [messages, more]);
  return (
    <Language value={language}>
      <IntlProvider locale={formatLocale(locale)} messages={all} onError={raise}>
        {children}
      </IntlProvider>
    </Language>
  );
}

/** A message that is missing or does not fit its arguments is a mistake of ours: shown by its id, and told. */
function raise(error: unknown): void {
  console.error(error);
}

export function useLanguage() {
  const language = use(Language);
  if (!language) throw new Error('outside of LanguageProvider');
  return language;
}

export type Arguments = Readonly<Record<string, string | number | boolean | Date>>;
export type Text = (id: string, values?: Arguments) => string;

/** Messages by id, in the language of the screen. */
export function useText(): Text {
  const intl = useIntl();
  return useMemo(() => (id, values) => intl.formatMessage({ id }, values as never), [intl]);
}
