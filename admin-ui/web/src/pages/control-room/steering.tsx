/** Everything that can be done to a running drop: what is urgent large and first. */
import type { RefObject } from 'react';
import type { LiveSample } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import type { Asked } from './act-dialogs.tsx';
import { RateControl, type RateDraft } from './rate-control.tsx';
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
  const [maySteer, mayOverride] = [may('drops.steer'), may('drops.override')];
  const isOver = phase === 'closed';
  const simple = (path: string, done: string) => void acts.run({ path, done });
  return (
    <section className="steering" aria-label={t('control.steering')}>
      <h2>{t('control.rate')}</h2>
      <RateControl {...{ sample, draft, words }} field={rateField} isDisabled={!maySteer || isOver} />
      <div className="big">
        <Button
          variant={OVERRIDDEN.includes(phase) ? 'primary' : 'danger'}
          isDisabled={!maySteer || isOver}
          onPress={pauseOrResume}
        >
          {t(OVERRIDDEN.includes(phase) ? 'control.resume' : 'control.pause')} <Key>P</Key>
        </Button>
        <Button isDisabled={!maySteer || undoing === null} onPress={undo}>
          {t('control.undo')} <Key>U</Key>
        </Button>
      </div>
      <p className="undoing">{undoing ?? t('control.nothing-to-undo')}</p>
      <h2>{t('control.more')}</h2>
      <div className="actions">
        <Button isDisabled={!maySteer || isOver} onPress={() => ask('max-sessions')}>
          {t('control.max-sessions')}
        </Button>
        <Button
          isDisabled={!maySteer || isOver || phase === 'draining'}
          onPress={() => simple('drain', t('control.done-drain'))}
        >
          {t('control.drain')}
        </Button>
        <Button isDisabled={!may('stock.move')} onPress={() => ask('restock')}>
          {t('control.restock')}
        </Button>
        <Button isDisabled={!mayOverride || isOver} onPress={() => ask('queue-all')}>
          {t('control.queue-all')}
        </Button>
        <Button isDisabled={!mayOverride || isOver} onPress={() => ask('pass-through')}>
          {t('control.pass-through')}
        </Button>
        {capacity?.ignoredUntil ? (
          <Button
            isDisabled={!maySteer}
            onPress={() => simple('heed-capacity', t('control.done-heed-capacity'))}
          >
            {t('control.heed-capacity')}
          </Button>
        ) : (
          <Button isDisabled={!mayOverride || isOver} onPress={() => ask('ignore-capacity')}>
            {t('control.ignore-capacity')}
          </Button>
        )}
        <Button isDisabled={!mayOverride} onPress={() => ask('revoke')}>
          {t('control.revoke')}
        </Button>
        <Button variant="danger" isDisabled={!mayOverride || isOver} onPress={() => ask('close')}>
          {t('control.close')}
        </Button>
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
