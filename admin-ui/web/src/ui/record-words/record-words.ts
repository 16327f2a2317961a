/** What entries of the audit log say by names of the API, in the language of the screen: acts, members, values. */
import { useMemo } from 'react';
import { type IntlShape, useIntl } from 'react-intl';
import { type FieldSpeech, fieldWords } from './field-words.ts';

export interface RecordWords {
  /** `drop.pause`; an act that is newer than these words is called by its name. */
  act(name: string): string;
  /** What a field is called on the screen; undefined: nothing is called so. */
  label(path: string): string | undefined;
  /** Path of a member: `admission.ratePerMinute`, `page.message.de`. What has no name on a screen is called by its path. */
  field(path: string): string;
  /** A value as it stands in an entry. */
  value(value: unknown): string;
}

export interface RecordedChange {
  readonly path: string;
  /** Undefined where the entry does not say. */
  readonly from: unknown;
  readonly to: unknown;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*Z$/;

/** @param timeZone that instants are told in */
export function useRecordWords(timeZone = 'UTC'): RecordWords {
  const intl = useIntl();
  return useMemo(() => recordWords(intl, timeZone), [intl, timeZone]);
}

export function recordWords(intl: IntlShape, timeZone: string): RecordWords {
  const said: FieldSpeech['said'] = (id, values) =>
    id in intl.messages ? intl.formatMessage({ id }, values) : undefined;
  const languages = new Intl.DisplayNames([intl.locale], { type: 'language' });
  const language = (code: string) => languages.of(code) ?? code;
  const label = (path: string) => fieldWords(path, { said, language });
  return {
    act: (name) => said(`act.${name}`) ?? name,
    label,
    field: (path) => label(path) ?? path,
    value(value) {
      if (value === null || value === undefined || value === '') return '–';
      if (typeof value === 'number') return intl.formatNumber(value);
      if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
        return intl.formatList(value.map(String));
      if (typeof value === 'object') return JSON.stringify(value);
      const text = String(value);
      if (INSTANT.test(text))
        return intl.formatDate(text, { dateStyle: 'medium', timeStyle: 'medium', timeZone });
      return said(`value.${text}`) ?? text;
    },
  };
}

/** Members of an entry that changed, one by one; lists are one value. */
export function recordedChanges(before: unknown, after: unknown): RecordedChange[] {
  const [was, is] = [flat(before), flat(after)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((path) => JSON.stringify(was[path]) !== JSON.stringify(is[path]))
    .map((path) => ({ path, from: was[path], to: is[path] }));
}

function flat(value: unknown, prefix = ''): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.entries(flat(member, `${prefix}${name}.`))
        : [[`${prefix}${name}`, member]],
    ),
  );
}
