/** What a drop is doing, in a word. */
import type { Drop } from '../api/contract.ts';
import { useText } from '../i18n/language.tsx';
import { Badge, type Tone } from './badge.tsx';

const TONES: Readonly<Record<NonNullable<Drop['phase']>, Tone>> = {
  scheduled: 'neutral',
  lobby: 'accent',
  drawing: 'accent',
  open: 'good',
  paused: 'warning',
  healing: 'warning',
  draining: 'warning',
  queue_all: 'warning',
  pass_through: 'danger',
  sold_out: 'neutral',
  closed: 'neutral',
};

/** @param phase null while Redis does not answer */
export function PhaseBadge({
  phase,
  isDraft = false,
}: {
  readonly phase: Drop['phase'];
  readonly isDraft?: boolean;
}) {
  const t = useText();
  if (isDraft) return <Badge tone="warning">{t('phase.draft')}</Badge>;
  if (phase === null) return <Badge tone="warning">{t('phase.unknown')}</Badge>;
  return <Badge tone={TONES[phase]}>{t(`phase.${phase}`)}</Badge>;
}
