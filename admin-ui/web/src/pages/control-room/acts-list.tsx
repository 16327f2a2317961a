/** What was done, when, by whom and why: the lines in the charts, in words. */
import type { LiveAct } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/section.tsx';
import { useActWords } from './act-words.ts';
import type { Words } from './words.ts';

const SHOWN_MAX = 12;

export interface ActsListProps {
  readonly acts: readonly LiveAct[];
  readonly words: Words;
  /** Of the drop. */
  readonly zone: string;
}

export function ActsList({ acts, words, zone }: ActsListProps) {
  const t = useText();
  const { title, text } = useActWords(zone);
  return (
    <Section title={t('control.acts')}>
      {acts.length === 0 ? (
        <p>{t('control.no-acts')}</p>
      ) : (
        <ol className="acts">
          {acts.slice(0, SHOWN_MAX).map((act) => (
            <li key={act.seq ?? act.at} className={act.isUndone ? 'undone' : ''}>
              <time dateTime={act.at}>{words.clock(act.at)}</time>
              <div>
                <p>
                  <strong>{title(act)}</strong>
                  {text(act) !== '' && `: ${text(act)}`}{' '}
                  {act.isUndone && <Badge>{t('control.taken-back')}</Badge>}
                  {act.seq === null && <Badge tone="warning">{t('control.not-in-ledger')}</Badge>}
                </p>
                <p className="who">
                  {act.actor}
                  {act.reason !== null && `: ${act.reason}`}
                </p>
              </div>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
