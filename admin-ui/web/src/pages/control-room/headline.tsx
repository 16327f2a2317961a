/** What the drop is doing, what comes next, and what limits entry right now, in words. */
import type { LiveSample } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { PhaseBadge } from '../../ui/phase-badge.tsx';
import { spanOf, type Words } from './words.ts';

export interface HeadlineProps {
  readonly sample: LiveSample;
  /** By Redis's clock, ms. */
  readonly nowMs: number;
  readonly words: Words;
}

export function Headline({ sample, nowMs, words }: HeadlineProps) {
  const t = useText();
  const { phase, next } = sample;
  const leftMs = next ? Date.parse(next.at) - nowMs : 0;
  return (
    <div className="headline">
      <PhaseBadge phase={phase} />
      {next && (
        <p className="countdown">
          <span>{t(`control.next-${next.phase}`)}</span>{' '}
          <strong role="timer">{leftMs > 0 ? spanOf(leftMs) : t('control.any-moment')}</strong>
        </p>
      )}
      <p className="limit">
        <span>{t('control.limits')}</span> <strong>{useLimitText()(sample, words)}</strong>
      </p>
    </div>
  );
}

function useLimitText() {
  const t = useText();
  return (sample: LiveSample, words: Words): string => {
    const { limit, phase, rate, maxSessions, capacity, line } = sample;
    if (limit === 'phase') return t(`control.limit-phase-${phase}`);
    if (limit === 'rate' && rate.setPerMinute === 0) return t('control.limit-rate-zero');
    return t(`control.limit-${limit}`, {
      rate: words.count(rate.setPerMinute),
      max: words.count(maxSessions),
      sellable: words.count(capacity?.sellable),
      called: words.count(line.called),
      seconds: Math.round((capacity?.ageMs ?? 0) / 1000),
      never: capacity === null ? 'yes' : 'no',
    });
  };
}
