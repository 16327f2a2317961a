/** The rate: by keys, by buttons or typed; at once or on a ramp; never more than prepared until it is applied. */
import { type RefObject, useLayoutEffect, useState } from 'react';
import type { LiveSample } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { readRate, stepped } from './rate-steps.ts';
import type { Acts } from './use-acts.ts';
import { spanOf, type Words } from './words.ts';

const RAMPS_SECONDS = [0, 60, 300, 600, 1800] as const;

/** The rate that is being prepared; null: none is. */
export interface RateDraft {
  readonly text: string | null;
  step(direction: 1 | -1): void;
  type(text: string): void;
  discard(): void;
  apply(): void;
  readonly rampSeconds: number;
  ramp(seconds: number): void;
}

export function useRateDraft(sample: LiveSample | null, acts: Acts, words: Words): RateDraft {
  const t = useText();
  const [text, setText] = useState<string | null>(null);
  const [rampSeconds, ramp] = useState<number>(0);
  const target = sample?.rate.targetPerMinute ?? 0;
  const drafted = text === null ? undefined : readRate(text);
  return {
    text,
    rampSeconds,
    ramp,
    step: (direction) => setText(String(stepped(drafted ?? target, direction))),
    type: setText,
    discard: () => setText(null),
    apply() {
      if (drafted === undefined) return;
      setText(null);
      void acts.run({
        path: 'rate',
        body: { to: drafted, ...(rampSeconds > 0 && { rampSeconds }) },
        done: t('control.rate-done', { rate: words.count(drafted) }),
      });
    },
  };
}

export interface RateControlProps {
  readonly sample: LiveSample;
  readonly draft: RateDraft;
  readonly words: Words;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly isDisabled: boolean;
}

export function RateControl({ sample, draft, words, field, isDisabled }: RateControlProps) {
  const t = useText();
  const { targetPerMinute } = sample.rate;
  const drafted = draft.text === null ? undefined : readRate(draft.text);
  const isWrong = draft.text !== null && drafted === undefined;
  // The rate may change under the hands of whoever is about to type another one: that takes its place, and does not stand behind it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is when the rate changes that what was selected is not any more
  useLayoutEffect(() => {
    if (draft.text === null && document.activeElement === field.current) field.current?.select();
  }, [targetPerMinute]);
  return (
    <form
      className="rate"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        draft.apply();
        field.current?.blur();
      }}
    >
      <RateNow sample={sample} words={words} />
      <div className="stepper">
        <Button aria-label={t('control.step-down')} isDisabled={isDisabled} onPress={() => draft.step(-1)}>
          −
        </Button>
        <label>
          <span className="unseen">{t('control.rate-field')}</span>
          <input
            ref={field}
            className="input"
            inputMode="numeric"
            autoComplete="off"
            name="to"
            disabled={isDisabled}
            aria-invalid={isWrong}
            aria-describedby="rate-state"
            value={draft.text ?? String(targetPerMinute)}
            onFocus={({ currentTarget }) => currentTarget.select()}
            onChange={({ target }) => draft.type(target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return;
              draft.discard();
              event.currentTarget.blur();
            }}
          />
        </label>
        <Button aria-label={t('control.step-up')} isDisabled={isDisabled} onPress={() => draft.step(1)}>
          +
        </Button>
      </div>
      <label className="ramp">
        <span>{t('control.ramp')}</span>
        <select
          className="input"
          disabled={isDisabled}
          value={draft.rampSeconds}
          onChange={({ target }) => draft.ramp(Number(target.value))}
        >
          {RAMPS_SECONDS.map((seconds) => (
            <option key={seconds} value={seconds}>
              {seconds === 0 ? t('control.at-once') : t('control.over-minutes', { minutes: seconds / 60 })}
            </option>
          ))}
        </select>
      </label>
      <p id="rate-state" className={isWrong ? 'state fault' : 'state'} role="status">
        {isWrong && t('control.rate-wrong')}
        {drafted !== undefined && t('control.rate-drafted', { rate: words.count(drafted) })}
      </p>
      <div className="actions">
        <Button type="submit" variant="primary" isDisabled={isDisabled || drafted === undefined}>
          {t('control.apply')}
        </Button>
        <Button variant="quiet" isDisabled={draft.text === null} onPress={draft.discard}>
          {t('control.discard')}
        </Button>
      </div>
    </form>
  );
}

/** What is set this second, and where a ramp leads to. */
export function RateNow({ sample, words }: Pick<RateControlProps, 'sample' | 'words'>) {
  const t = useText();
  const { setPerMinute, targetPerMinute, rampEndsAt } = sample.rate;
  return (
    <p className="now">
      <strong>{words.count(Math.round(setPerMinute))}</strong> {t('control.a-minute')}
      {rampEndsAt !== null && (
        <span className="ramping">
          {t('control.ramping', {
            rate: words.count(targetPerMinute),
            left: spanOf(Date.parse(rampEndsAt) - Date.parse(sample.at)),
          })}
        </span>
      )}
    </p>
  );
}
