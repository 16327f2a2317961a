/** What a plan says of drops and series, in the language of the screen. */
import type { DropsPlan } from '../../api/contract.ts';
import { useRecordWords } from '../../ui/record-words/record-words.ts';
import { useServerWords } from '../../ui/server-words/server-words.ts';

type PlannedDrop = DropsPlan['changes'][number];

/** A drop or a series; nothing of a series is asked about. */
export interface PlannedItem
  extends Pick<PlannedDrop, 'action' | 'fields' | 'dangers' | 'dangerCodes' | 'refusals' | 'refusalCodes'> {
  readonly id: string;
  readonly kind: 'drop' | 'series';
}

export const plannedItems = ({ changes, series }: DropsPlan): PlannedItem[] => [
  ...changes.map(({ drop, ...one }) => ({ ...one, id: drop, kind: 'drop' as const })),
  ...series.map(({ series: id, ...one }) => ({
    ...one,
    ...{ id, kind: 'series' as const, dangers: [], dangerCodes: [] },
  })),
];

export function usePlanWords() {
  const words = useServerWords();
  const record = useRecordWords();
  return {
    refusals: ({ refusals, refusalCodes }: PlannedItem): string[] =>
      refusals.map((text, at) => {
        const told = refusalCodes[at];
        if (!told) return text;
        const { of, code, values, field } = told;
        if (of === 'refusal') return words.sentence(`refusal.${code}`, values, text);
        const said = words.sentence(`${of}.${code}`, values, text);
        return field === null || said === text ? said : `${record.field(field)} ${said}`;
      }),
    dangers: ({ dangers, dangerCodes }: PlannedItem): string[] =>
      dangers.map((text, at) => {
        const told = dangerCodes[at];
        return told ? words.sentence(`danger.${told.code}`, told.values, text) : text;
      }),
  };
}
