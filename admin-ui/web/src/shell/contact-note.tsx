/** That the control plane does not answer, and how old everything on the screen is at least. */
import { useIsContactLost, useLastAnswerAt } from '../api/contact.ts';
import { useText } from '../i18n/language.tsx';
import { Age } from '../ui/moment.tsx';

export function ContactNote() {
  const t = useText();
  const isLost = useIsContactLost();
  const lastAnswerAt = useLastAnswerAt();
  return (
    <div role="status">
      {isLost && (
        <p className="note warning">
          <strong>{t('shell.lost')}</strong>
          {lastAnswerAt && (
            <span>
              {t('shell.as-of')} <Age of={lastAnswerAt} />
            </span>
          )}
        </p>
      )}
    </div>
  );
}
