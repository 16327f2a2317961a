/** In which language a shopper gets their receipt. */
import { pickLanguage } from '@sluice/service-kit';
import { RECEIPT_WORDS } from '../domain/receipt-words.ts';

/** The shopper's first language that there are words for; English otherwise. */
export const receiptLanguage = (acceptLanguage: string | undefined): string =>
  pickLanguage(acceptLanguage, (language) => Object.hasOwn(RECEIPT_WORDS, language));
