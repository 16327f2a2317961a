/** The big numbers, each with what it has to be read against. */
import type { LiveSample } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { UNKNOWN, type Words } from './words.ts';

export function Figures({ sample, words }: { readonly sample: LiveSample; readonly words: Words }) {
  const t = useText();
  const { line, rate, totals, units, capacity, maxSessions, conversion } = sample;
  const { count, perSecond, share, ms } = words;
  const ageSeconds = Math.round((capacity?.ageMs ?? 0) / 1000);
  const breaker = capacity?.breaker ?? 'unknown';
  return (
    <dl className="figures">
      <Figure
        label={t('control.waiting')}
        value={count(line.waiting + line.checkedIn)}
        beside={t('control.of-them', { called: count(line.called), checkedIn: count(line.checkedIn) })}
      />
      <Figure
        label={t('control.entering')}
        value={perSecond(rate.achievedPerSecond)}
        beside={t('control.set-to', { rate: perSecond(rate.setPerMinute / 60) })}
      />
      <Figure
        label={t('control.inside')}
        value={count(line.inside)}
        beside={maxSessions === null ? t('control.no-max') : t('control.of-max', { max: count(maxSessions) })}
      />
      <Figure
        label={t('control.sold')}
        value={count(units?.sold)}
        beside={
          units
            ? t('control.of-units', {
                total: count(units.total),
                held: count(capacity?.held),
                left: count(capacity?.sellable),
              })
            : t('control.units-unknown')
        }
      />
      <Figure
        label={t('control.conversion')}
        value={share(conversion)}
        beside={t('control.bought', { bought: count(totals.bought), entered: count(totals.entered) })}
      />
      <Figure
        label={t('control.checkout')}
        value={capacity === null || capacity.isSilent ? t('control.silent') : ms(capacity.latencyMs)}
        tone={capacity?.isSilent || breaker === 'open' || (capacity?.errorRate ?? 0) > 0.01 ? 'bad' : 'plain'}
        beside={
          capacity === null
            ? t('control.never-reported')
            : t('control.checkout-state', {
                errors: capacity.errorRate === null ? UNKNOWN : share(capacity.errorRate),
                breaker: t(`control.breaker-${breaker}`),
                seconds: ageSeconds,
              })
        }
      />
    </dl>
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly beside: string;
  readonly tone?: 'plain' | 'bad';
}

const Figure = ({ label, value, beside, tone = 'plain' }: FigureProps) => (
  <div className={`figure ${tone}`}>
    <dt>{label}</dt>
    <dd className="value">{value}</dd>
    <dd className="beside">{beside}</dd>
  </div>
);
