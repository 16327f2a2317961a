/** What the server says in English and by a code, in the language of the screen: reasons of fields, and what has to be confirmed. */
import { useMemo } from 'react';
import { useIntl } from 'react-intl';
import type { ApiFault, FieldFault, Told } from '../../api/api-fault.ts';
import { useRecordWords } from '../record-words/record-words.ts';

export interface ServerWords {
  /** What a fault says beyond its type. Null where that has no words here: nobody is shown a language they did not choose. */
  detail(fault: ApiFault): string | null;
  reason(fault: FieldFault): string;
  /** Of a fault of the type `confirmation-required`: a sentence for each reason to ask. */
  dangers(fault: ApiFault): readonly string[];
  /**
   * A sentence of the server by the id of its words.
   * @param otherwise as the server says it: where there are no words for it
   */
  sentence(id: string, values: Told['values'], otherwise: string): string;
}

/** Values of reasons and details that are paths of fields. */
const NAMES_FIELDS = new Set(['field', 'moved']);
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

export function useServerWords(): ServerWords {
  const intl = useIntl();
  const record = useRecordWords();
  return useMemo(() => {
    /** Numbers are written, and counted, as the language has it. */
    const shown = (name: string, value: string, words: unknown): string | number => {
      // Names of fields that the server has put into a sentence, one or a list.
      if (NAMES_FIELDS.has(name)) return value.split(', ').map(record.field).join(', ');
      if (INSTANT.test(value)) return intl.formatDate(value, { dateStyle: 'long', timeStyle: 'short' });
      if (!/^-?\d{1,15}$/.test(value)) return value;
      const isCounted = typeof words === 'string' && words.includes(`{${name}, plural`);
      return isCounted ? Number(value) : intl.formatNumber(Number(value));
    };
    const said = (id: string, values: Told['values'], otherwise: string): string => {
      const words = intl.messages[id];
      // A code that is newer than these words is said as the server says it.
      if (words === undefined) return otherwise;
      const entries = Object.entries(values).map(([name, value]) => [name, shown(name, value, words)]);
      return intl.formatMessage({ id }, Object.fromEntries(entries));
    };
    return {
      sentence: said,
      detail({ document, detail }) {
        const { detailCode } = document as { detailCode?: Told };
        if (detailCode) return said(`detail.${detailCode.code}`, detailCode.values, detail);
        return intl.locale.startsWith('en') && detail !== '' ? detail : null;
      },
      reason: ({ code = '', values = {}, reason }) => said(`reason.${code}`, values, reason),
      dangers({ document, detail }) {
        const { dangers, dangerCodes } = document as { dangers?: string[]; dangerCodes?: (Told | null)[] };
        if (!Array.isArray(dangers)) return [detail];
        return dangers.map((text, at) => {
          const told = dangerCodes?.[at];
          return told ? said(`danger.${told.code}`, told.values, text) : text;
        });
      },
    };
  }, [intl, record]);
}
