/**
 * Why a plan of drops as code refuses a drop, read back as a code and values (ADR 0118), so that screens say it in their own language:
 * what is in here, what a field is refused for, or what a problem says of itself.
 */
import { readDetail } from './details.ts';
import { readReason } from './reasons.ts';
import { createTextReader, type TextOf, type Told } from './templates.ts';

/** What only files are told; the admin UI has words for each in every language (`refusal.<code>`). */
export const REFUSALS = {
  'currency-fixed': 'currency is {currency} for good',
  'products-fixed': 'products of a drop that is there change by stock movements only',
  'series-fixed': '{field} is what it is for good: end the series and make another',
  'series-over': 'it has ended; make another series',
  'codes-fixed': 'codes "{label}" were made as they are: withdraw them, or make others under another label',
  'codes-times': 'codes of a drop are made at most {times} times',
  'low-contrast': 'page.theme: {pair} is {ratio} ({scheme}), {needed} is needed',
} as const;

export type Refusal = TextOf<(typeof REFUSALS)[keyof typeof REFUSALS]>;

const readRefusalOfFiles = createTextReader(REFUSALS);

export interface ToldRefusal extends Told {
  /** Which codes it is one of. */
  readonly of: 'refusal' | 'reason' | 'detail';
  /** Null: the drop as a whole. */
  readonly field: string | null;
}

/** @param text a refusal of a plan: a sentence, or a field and its reason */
export function readRefusal(text: string): ToldRefusal | null {
  const ofFile = readRefusalOfFiles(text);
  if (ofFile) return { of: 'refusal', field: null, ...ofFile };
  const detail = readDetail(text);
  if (detail) return { of: 'detail', field: null, ...detail };
  const [field = '', ...words] = text.split(' ');
  const reason = readReason(words.join(' '));
  return reason ? { of: 'reason', field: field.replaceAll('/', '.'), ...reason } : null;
}
