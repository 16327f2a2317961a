/** What a receipt says, in the shopper's language. Pure. */
import { RECEIPT_WORDS, type ReceiptWords } from './receipt-words.ts';

export interface ReceiptFacts {
  readonly id: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly createdAt: Date;
  readonly dropName: string;
  readonly lines: readonly { readonly name: string; readonly quantity: number }[];
  readonly lang: string;
}

/** Plain text: every mail program shows it, and nothing in a name can become markup. */
export function receiptText(facts: ReceiptFacts): { readonly title: string; readonly text: string } {
  const { id, lang, dropName, lines, createdAt } = facts;
  const words = RECEIPT_WORDS[lang] ?? (RECEIPT_WORDS.en as ReceiptWords);
  const at = createdAt.toLocaleString(lang, { dateStyle: 'long', timeStyle: 'long', timeZone: 'UTC' });
  return {
    title: `${words.subject} · ${oneLine(dropName)}`,
    text: [
      words.thanks,
      '',
      ...lines.map(({ name, quantity }) => `${quantity.toLocaleString(lang)} × ${oneLine(name)}`),
      '',
      `${words.total}: ${money(facts)}`,
      `${words.paid}: ${at}`,
      `${words.order}: ${id}`,
      '',
      words.keep,
    ].join('\n'),
  };
}

function money({ amountMinor, currency, lang }: ReceiptFacts): string {
  const format = new Intl.NumberFormat(lang, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amountMinor / 10 ** digits);
}

/** A name of several lines would look like words of ours. */
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
