/** What entries of the audit log say by names of the API, in the language of the screen: acts, members, values. */
import { useMemo } from 'react';
import { useIntl } from 'react-intl';

export interface RecordWords {
  /** `drop.pause`; an act that is newer than these words is called by its name. */
  act(name: string): string;
  /** Path of a member: `admission.ratePerMinute`, `page.message.de`. */
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
const NESTED = /^(admission|page|ramp|access)\./;

/** @param timeZone that instants are told in */
export function useRecordWords(timeZone = 'UTC'): RecordWords {
  const intl = useIntl();
  return useMemo(() => {
    const said = (id: string): string | undefined =>
      id in intl.messages ? intl.formatMessage({ id }) : undefined;
    const languages = new Intl.DisplayNames([intl.locale], { type: 'language' });
    return {
      act: (name) => said(`act.${name}`) ?? name,
      field(path) {
        const name = path.replace(NESTED, '');
        const [first = '', ...more] = name.split('.');
        const known = said(`field.${name}`) ?? said(`policy.${name}`) ?? said(`field.${first}`);
        if (known === undefined) return path;
        if (more.length === 0 || said(`field.${name}`)) return known;
        // One of many by its own name: a language, a colour, a place in a list.
        return first === 'message'
          ? `${known} (${languages.of(more.join('-'))})`
          : `${known}: ${more.join('.')}`;
      },
      value(value) {
        if (value === null || value === undefined || value === '') return '–';
        if (typeof value === 'number') return intl.formatNumber(value);
        if (typeof value === 'object') return JSON.stringify(value);
        const text = String(value);
        if (INSTANT.test(text))
          return intl.formatDate(text, { dateStyle: 'medium', timeStyle: 'medium', timeZone });
        return said(`value.${text}`) ?? text;
      },
    };
  }, [intl, timeZone]);
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
