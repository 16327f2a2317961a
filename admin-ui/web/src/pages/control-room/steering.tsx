/** Everything that can be done to a running drop: what is urgent large and first. */
import type { RefObject } from 'react';
import type { LiveSample } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import type { Asked } from './act-dialogs.tsx';
import { RateControl, type RateDraft, RateNow } from './rate-control.tsx';
import { Sending } from './sending.tsx';
import type { Acts } from './use-acts.ts';
import type { Words } from './words.ts';

export interface SteeringProps {
  readonly sample: LiveSample;
  readonly draft: RateDraft;
  readonly acts: Acts;
  readonly words: Words;
  readonly rateField: RefObject<HTMLInputElement | null>;
  readonly undoing: string | null;
  pauseOrResume(): void;
  undo(): void;
  ask(what: Asked): void;
  help(): void;
}

/** Phases that an operator has put over the schedule: taken off again by one act. */
export const OVERRIDDEN = ['paused', 'queue_all', 'draining', 'pass_through'];

export function Steering(props: SteeringProps) {
  const { sample, draft, acts, words, rateField, undoing, pauseOrResume, undo, ask, help } = props;
  const t = useText();
  const may = useMay();
  const { phase, capacity } = sample;
  const [maySteer, mayOverride, mayRestock] = [may('drops.steer'), may('drops.override'), may('stock.move')];
  const isOver = phase === 'closed';
  const simple = (path: string, done: string) => void acts.run({ path, done });
  // What a role may not do is not there at all: a dark button would be tried on the worst of days.
  if (!maySteer && !mayOverride && !mayRestock)
    return (
      <section className="steering" aria-label={t('control.steering')}>
        <h2>{t('control.rate')}</h2>
        <RateNow sample={sample} words={words} />
        <p className="help">{t('control.watching')}</p>
      </section>
    );
  return (
    <section className="steering" aria-label={t('control.steering')}>
      <h2>{t('control.rate')}</h2>
      {maySteer ? (
        <>
          <RateControl {...{ sample, draft, words }} field={rateField} isDisabled={isOver} />
          <div className="big">
            <Button
              variant={OVERRIDDEN.includes(phase) ? 'primary' : 'danger'}
              isDisabled={isOver}
              onPress={pauseOrResume}
            >
              {t(OVERRIDDEN.includes(phase) ? 'control.resume' : 'control.pause')} <Key>P</Key>
            </Button>
            <Button isDisabled={undoing === null} onPress={undo}>
              {t('control.undo')} <Key>U</Key>
            </Button>
          </div>
          <p className="undoing">{undoing ?? t('control.nothing-to-undo')}</p>
          <Sending isBusy={acts.isBusy} />
        </>
      ) : (
        <RateNow sample={sample} words={words} />
      )}
      <h2>{t('control.more')}</h2>
      <div className="actions">
        {maySteer && (
          <>
            <Button isDisabled={isOver} onPress={() => ask('max-sessions')}>
              {t('control.max-sessions')}
            </Button>
            <Button
              isDisabled={isOver || phase === 'draining'}
              onPress={() => simple('drain', t('control.done-drain'))}
            >
              {t('control.drain')}
            </Button>
          </>
        )}
        {mayRestock && <Button onPress={() => ask('restock')}>{t('control.restock')}</Button>}
        {mayOverride && (
          <>
            <Button isDisabled={isOver} onPress={() => ask('queue-all')}>
              {t('control.queue-all')}
            </Button>
            <Button isDisabled={isOver} onPress={() => ask('pass-through')}>
              {t('control.pass-through')}
            </Button>
          </>
        )}
        {capacity?.ignoredUntil
          ? maySteer && (
              <Button onPress={() => simple('heed-capacity', t('control.done-heed-capacity'))}>
                {t('control.heed-capacity')}
              </Button>
            )
          : mayOverride && (
              <Button isDisabled={isOver} onPress={() => ask('ignore-capacity')}>
                {t('control.ignore-capacity')}
              </Button>
            )}
        {mayOverride && (
          <>
            <Button onPress={() => ask('revoke')}>{t('control.revoke')}</Button>
            <Button variant="danger" isDisabled={isOver} onPress={() => ask('close')}>
              {t('control.close')}
            </Button>
          </>
        )}
      </div>
      <Button variant="quiet" onPress={help}>
        {t('control.keys')} <Key>?</Key>
      </Button>
    </section>
  );
}

/** Which key does the same; buttons are called by what they do. */
const Key = ({ children }: { readonly children: string }) => (
  <span className="key" aria-hidden="true">
    {children}
  </span>
);
