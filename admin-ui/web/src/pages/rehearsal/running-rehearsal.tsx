/** A rehearsal that runs: where its crowd is, second by second, and the way to its control room. */
import { Link } from '@tanstack/react-router';
import { useIntl } from 'react-intl';
import type { Rehearsal } from '../../api/office-contract.ts';
import { crowdNow } from '../../domain/rehearsal.ts';
import { useText } from '../../i18n/language.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Age, Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/section.tsx';

export interface RunningRehearsalProps {
  readonly rehearsal: Rehearsal;
  readonly zone: string;
}

export function RunningRehearsal({ rehearsal, zone }: RunningRehearsalProps) {
  const t = useText();
  const { settings, endsAt } = rehearsal;
  return (
    <Section title={t('rehearsal.running')}>
      <p className="note warning" role="status">
        {t('rehearsal.running-lead', { shoppers: settings.shoppers })}
      </p>
      {settings.shoppers > 0 && <CrowdNow rehearsal={rehearsal} />}
      <p>
        {t('rehearsal.ends-at')} <Moment at={endsAt} zone={zone} isExact />
      </p>
      <p className="actions">
        <Link
          className="button primary"
          to={'/drops/$drop/control' as never}
          params={{ drop: rehearsal.id } as never}
        >
          {t('rehearsal.watch')}
        </Link>
      </p>
    </Section>
  );
}

/** Each shopper is in one of them; those who have come are all but the first. */
function CrowdNow({ rehearsal: { crowd, settings, seenAt } }: { readonly rehearsal: Rehearsal }) {
  const t = useText();
  const intl = useIntl();
  if (crowd === null) return <p>{t('rehearsal.crowd-unheard')}</p>;
  const now = crowdNow(crowd.counts);
  const number = (value: number) => intl.formatNumber(value);
  return (
    <>
      <Facts
        facts={[
          [
            t('rehearsal.now-joined'),
            t('rehearsal.now-of', { come: now.joined, shoppers: settings.shoppers }),
          ],
          [t('rehearsal.now-waiting'), number(now.waiting)],
          [t('rehearsal.now-inside'), number(now.inside)],
          [t('rehearsal.now-bought'), number(now.bought)],
          [t('rehearsal.now-gone'), number(now.gone)],
          ...(now.stuck > 0 ? [[t('rehearsal.crowd-stuck'), number(now.stuck)] as const] : []),
        ]}
      />
      {/* Of the crowd's own process: it may have gone while the control plane answers. */}
      <p className="age">
        {t('rehearsal.heard')} <Age of={new Date(seenAt)} />
      </p>
    </>
  );
}
