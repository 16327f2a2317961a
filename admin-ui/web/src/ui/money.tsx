/** An amount, in the currency and the language of the screen. */
import { moneyText } from '../domain/money.ts';
import { useLanguage } from '../i18n/language.tsx';

export function useMoney(): (minor: number, currency: string) => string {
  const { locale } = useLanguage();
  return (minor, currency) => moneyText(locale, minor, currency);
}
