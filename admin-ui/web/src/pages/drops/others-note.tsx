/** What somebody else changed meanwhile, and the choice between their state and one's own. */
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { useRecordWords } from '../../ui/record-words/record-words.ts';
import type { ChangeDrop } from './change-drop.ts';

const LENGTH_MAX = 120;

export function OthersNote({ change, onStartOver }: { readonly change: ChangeDrop; onStartOver(): void }) {
  const t = useText();
  const words = useRecordWords(change.base.timeZone);
  if (change.others.length === 0) return null;
  return (
    <div className="note warning" role="alert">
      <p>
        <strong>{t('drops.others')}</strong>
      </p>
      <ul className="differences">
        {change.others.map(({ field, was, now }) => (
          <li key={field}>
            {words.field(field)}: <del>{short(words.value(was))}</del> → <ins>{short(words.value(now))}</ins>
          </li>
        ))}
      </ul>
      <p>{t('drops.others-choice')}</p>
      <Button
        onPress={() => {
          change.startOver();
          onStartOver();
        }}
      >
        {t('drops.take-theirs')}
      </Button>
    </div>
  );
}

const short = (text: string): string => (text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}…` : text);
