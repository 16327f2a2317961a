/** What went wrong, in the reader's language: first what it is, then what the server says beyond that. */
import { useIntl } from 'react-intl';
import { type ApiFault, reasonsByField } from '../api/api-fault.ts';
import { useText } from '../i18n/language.tsx';
import { capital } from './record-words/plain-value.ts';
import { useRecordWords } from './record-words/record-words.ts';
import { useServerWords } from './server-words/server-words.ts';

export function useFaultText(): (fault: ApiFault) => string {
  const { messages } = useIntl();
  const t = useText();
  return ({ type, status, document: { title } }) => {
    if (`problem.${type}` in messages) return t(`problem.${type}`);
    // A type that is newer than these words says itself what it is.
    if (typeof title === 'string' && title !== '') return title;
    return t(status >= 500 ? 'problem.internal-error' : 'problem.unknown');
  };
}

export interface FaultNoteProps {
  readonly fault: ApiFault;
  /** Faults of fields that are not on the screen; without it all of them. */
  readonly fields?: readonly (readonly [field: string, reason: string])[];
}

export function FaultNote({ fault, fields: told }: FaultNoteProps) {
  const words = useServerWords();
  const record = useRecordWords();
  const fields = told ?? [...reasonsByField(fault.fields, words.reason)];
  const text = useFaultText()(fault);
  const detail = words.detail(fault);
  const t = useText();
  const nameOf = (field: string) => {
    const label = record.label(field);
    return label === undefined ? <code translate="no">{field}</code> : capital(label);
  };
  return (
    <div className="note danger" role="alert">
      <p>
        <strong>{text}</strong>
        {fields.length === 0 && detail !== null && <span className="by-server">{detail}</span>}
      </p>
      {fields.length > 0 && (
        <ul>
          {fields.map(([field, reason]) => (
            <li key={field}>
              <strong>{nameOf(field)}</strong> {reason}
            </li>
          ))}
        </ul>
      )}
      {fault.retryAfterSeconds !== null && (
        <p>{t('problem.again-in', { seconds: fault.retryAfterSeconds })}</p>
      )}
    </div>
  );
}
