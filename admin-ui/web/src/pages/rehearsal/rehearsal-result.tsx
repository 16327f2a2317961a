/** What a rehearsal was: the figures of a report, and what became of the crowd. */
import { useIntl } from 'react-intl';
import type { Rehearsal } from '../../api/office-contract.ts';
import { useText } from '../../i18n/language.tsx';
import { BarChart } from '../../ui/bar-chart.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/section.tsx';

export function RehearsalResult({
  rehearsal,
  zone,
}: {
  readonly rehearsal: Rehearsal;
  readonly zone: string;
}) {
  const t = useText();
  const intl = useIntl();
  const { result, crowd, settings, startedAt, startedBy, endReason, deletedAt } = rehearsal;
  const number = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : intl.formatNumber(value);
  const seconds = (value: number | undefined) =>
    value === undefined ? '–' : t('rehearsal.seconds', { seconds: Math.round(value) });
  return (
    <Section title={intl.formatDate(startedAt, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone })}>
      <p>
        {t(`rehearsal.end-${endReason ?? 'over'}`, { who: startedBy, shoppers: settings.shoppers })}{' '}
        {deletedAt === null ? (
          t('rehearsal.being-deleted')
        ) : (
          <>
            {t('rehearsal.deleted')} <Moment at={deletedAt} zone={zone} />
          </>
        )}
      </p>
      {result === null ? (
        <p className="note warning">{t('rehearsal.no-result')}</p>
      ) : (
        <Facts
          facts={[
            [t('rehearsal.joined'), number(result.joined)],
            [t('rehearsal.peak'), number(result.peakWaiting)],
            [t('rehearsal.entered'), number(result.entered)],
            [t('rehearsal.no-shows'), number(result.noShows)],
            [t('rehearsal.bought'), number(result.bought)],
            [t('rehearsal.units'), number(result.unitsSold)],
            [t('rehearsal.wait-p50'), seconds(result.waitSeconds?.p50)],
            [t('rehearsal.wait-p99'), seconds(result.waitSeconds?.p99)],
          ]}
        />
      )}
      {crowd && <CrowdEndings counts={crowd.counts} />}
      {crowd && crowd.faults.length > 0 && (
        <div className="note warning">
          <p>{t('rehearsal.stuck-lead')}</p>
          <ul>
            {crowd.faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </div>
      )}
    </Section>
  );
}

type Counts = NonNullable<Rehearsal['crowd']>['counts'];

/** A drawing and its table, which says the same. */
function CrowdEndings({ counts }: { readonly counts: Counts }) {
  const t = useText();
  const intl = useIntl();
  const rows = (Object.entries(counts) as [keyof Counts, number][])
    .filter(([, count]) => count > 0)
    .map(([state, count]) => ({
      label: t(`rehearsal.crowd-${state}`),
      value: count,
      text: intl.formatNumber(count),
    }));
  return (
    <>
      <BarChart bars={rows} />
      <div className="table-scroll">
        <table className="table">
          <caption>{t('rehearsal.crowd')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('rehearsal.crowd-where')}</th>
              <th scope="col" className="number">
                {t('rehearsal.crowd-count')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label, text }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td className="number">{text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
