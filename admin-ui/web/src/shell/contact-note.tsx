/** That the control plane does not answer, and how old everything on the screen is at least. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useIsContactLost, useLastAnswerAt } from '../api/contact.ts';
import { keepContact } from '../api/keep-contact.ts';
import { useText } from '../i18n/language.tsx';
import { Age } from '../ui/moment.tsx';

export function ContactNote() {
  const t = useText();
  const isLost = useIsContactLost();
  const lastAnswerAt = useLastAnswerAt();
  const queries = useQueryClient();
  const wasLost = useRef(false);
  useEffect(keepContact, []);
  useEffect(() => {
    // Back again: what is on the screen is from before.
    if (wasLost.current && !isLost) void queries.invalidateQueries();
    wasLost.current = isLost;
  }, [isLost, queries]);
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
