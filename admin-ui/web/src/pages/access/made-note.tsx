/** Codes that were just made: shown this once, and as a file for whoever sends them out. */
import type { MadeCodes } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';

/** As many as can be read aloud; all of them are in the file. */
const SHOWN_MAX = 5;

export interface MadeNoteProps {
  readonly drop: string;
  readonly made: MadeCodes;
  onKept(): void;
}

/** A spreadsheet shall not run what somebody has called a batch. */
const cellOf = (text: string) => `"${(/^[=+\-@]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

export function MadeNote({ drop, made: { number, label, usesMax, codes }, onKept }: MadeNoteProps) {
  const t = useText();
  const save = () => {
    const lines = ['code,label,usesMax', ...codes.map((code) => `${code},${cellOf(label)},${usesMax}`)];
    const address = URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'text/csv' }));
    Object.assign(document.createElement('a'), {
      href: address,
      download: `${drop}-codes-${number}.csv`,
    }).click();
    URL.revokeObjectURL(address);
  };
  return (
    <div className="note good" role="status">
      <p>
        <strong>{t('access.made-now', { label, count: codes.length })}</strong> {t('access.made-lead')}
      </p>
      {codes.slice(0, SHOWN_MAX).map((code) => (
        <p key={code}>
          <code className="secret">{code}</code>
        </p>
      ))}
      {codes.length > SHOWN_MAX && <p>{t('access.more', { count: codes.length - SHOWN_MAX })}</p>}
      <div className="actions">
        <Button variant="primary" onPress={save}>
          {t('access.csv')}
        </Button>
        <Button onPress={onKept}>{t('ui.kept')}</Button>
      </div>
    </div>
  );
}
