/** Whether what is on the screen is true right now; and if not, since when it is not, and what can be done all the same. */
import { useText } from '../../i18n/language.tsx';
import type { LivePicture } from './live-series.ts';
import { spanOf, type Words } from './words.ts';

export interface SightNoteProps {
  readonly picture: LivePicture;
  /** This browser's clock, ms. */
  readonly nowMs: number;
  readonly words: Words;
}

export function SightNote({ picture, nowMs, words }: SightNoteProps) {
  const t = useText();
  const { sight, blindWhy, sample, sampleReceivedMs } = picture;
  const isOld = sight === 'lost' || sight === 'blind';
  const ledger = sample?.ledger;
  return (
    <>
      <div role="alert">
        {isOld && (
          <p className="note danger sight">
            <strong>
              {t(sight === 'blind' ? `control.blind-${blindWhy ?? 'redis-away'}` : 'control.lost')}
            </strong>
            {sample ? (
              <span>{t('control.as-of', { clock: words.clocks(sample.at) })}</span>
            ) : (
              <span>{t('control.nothing-seen')}</span>
            )}
          </p>
        )}
        {!isOld && ledger && !ledger.isAnswering && (
          <p className="note warning">
            <strong>{t('control.ledger-down')}</strong>
            <span>{t('control.ledger-down-help')}</span>
          </p>
        )}
      </div>
      {/* Beside the alert: an age that counts would be read out each second. */}
      {isOld && sample && (
        <p className="age">{t('control.old', { age: spanOf(nowMs - sampleReceivedMs) })}</p>
      )}
    </>
  );
}
