/** What a drop was: where people went, how long they waited, what was sold. Each drawing has its table beside it. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useIntl } from 'react-intl';
import { dropQuery } from '../../api/drops.ts';
import type { Report } from '../../api/office-contract.ts';
import { read } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { BarChart } from '../../ui/bar-chart.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Moment } from '../../ui/moment.tsx';
import { useMoney } from '../../ui/money.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { Answered } from '../../ui/states.tsx';

const REFRESH_MS = 15_000;

export default function ReportPage() {
  const t = useText();
  const { drop: id = '' } = useParams({ strict: false }) as { drop?: string };
  const path = `/api/v1/drops/${id}/report`;
  const query = useQuery({
    queryKey: ['report', id],
    queryFn: ({ signal }) => read<Report>(path, signal),
    refetchInterval: REFRESH_MS,
  });
  return (
    <>
      <PageHeader
        title={t('report.title')}
        level={2}
        actions={
          <>
            <a className="button plain" href={`${path}?format=csv`} download={`${id}-report.csv`}>
              {t('report.csv')}
            </a>
            <a className="button plain" href={path} download={`${id}-report.json`}>
              {t('report.json')}
            </a>
          </>
        }
      >
        {t('report.lead')}
      </PageHeader>
      <Answered query={query} lines={6}>
        {(report) => <Told report={report} />}
      </Answered>
    </>
  );
}

function Told({ report }: { readonly report: Report }) {
  const t = useText();
  const intl = useIntl();
  const money = useMoney();
  const { data: drop } = useQuery(dropQuery(report.drop));
  const zone = drop?.timeZone ?? 'UTC';
  const percent = (share: number | null) =>
    share === null
      ? '–'
      : intl.formatNumber(share, { style: 'percent', maximumFractionDigits: 1, minimumFractionDigits: 0 });
  const moment = (at: string | null) => (at === null ? '–' : <Moment at={at} zone={zone} isExact />);
  const { sales } = report;
  return (
    <>
      <Facts
        facts={[
          [t('report.peak'), intl.formatNumber(report.peakWaiting)],
          [t('report.peak-at'), moment(report.peakWaitingAt)],
          [t('report.opened'), moment(report.openedAt)],
          [t('report.first-entry'), moment(report.firstEntryAt)],
          [t('report.last-entry'), moment(report.lastEntryAt)],
          [t('report.conversion'), percent(report.conversion)],
          [t('report.abandoned-share'), percent(report.abandonedShare)],
          [t('report.units'), report.unitsSold === null ? '–' : intl.formatNumber(report.unitsSold)],
          [t('report.revenue'), sales === null ? '–' : money(sales.amountMinor, sales.currency)],
          [t('report.refunded'), sales === null ? '–' : money(sales.refundedMinor, sales.currency)],
        ]}
      />
      {report.products === null && <p className="note warning">{t('report.no-checkout')}</p>}
      <Figures
        title={t('report.way')}
        header={t('report.people')}
        rows={[
          [t('report.joined'), report.joined],
          [t('report.checked-in'), report.checkedIn],
          [t('report.entered'), report.entered],
          [t('report.bought'), report.bought],
          [t('report.no-shows'), report.noShows],
          [t('report.abandoned'), report.abandoned],
        ]}
      />
      <Figures
        title={t('report.waits')}
        header={t('report.seconds')}
        empty={t('report.nobody-entered')}
        rows={
          report.waitSeconds === null
            ? []
            : [
                [t('report.p50'), report.waitSeconds.p50],
                [t('report.p90'), report.waitSeconds.p90],
                [t('report.p99'), report.waitSeconds.p99],
                [t('report.longest'), report.waitSeconds.longest],
              ]
        }
      />
      {report.products !== null && report.products.length > 0 && (
        <Section title={t('report.products')}>
          <div className="beside">
            <BarChart
              bars={report.products.map(({ sku, sold }) => ({
                label: sku,
                value: sold,
                text: intl.formatNumber(sold),
              }))}
            />
            <table className="table">
              <caption className="unseen">{t('report.products')}</caption>
              <thead>
                <tr>
                  <th scope="col">{t('report.sku')}</th>
                  <th scope="col" className="number">
                    {t('report.sold')}
                  </th>
                  <th scope="col" className="number">
                    {t('report.held')}
                  </th>
                  <th scope="col" className="number">
                    {t('report.available')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {report.products.map(({ sku, sold, held, available }) => (
                  <tr key={sku}>
                    <th scope="row">{sku}</th>
                    <td className="number">{intl.formatNumber(sold)}</td>
                    <td className="number">{intl.formatNumber(held)}</td>
                    <td className="number">{intl.formatNumber(available)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Section>
      )}
      <p className="help">
        {t('report.as-of')} <Moment at={report.asOf} zone={zone} />
      </p>
    </>
  );
}

interface FiguresProps {
  readonly title: string;
  readonly header: string;
  readonly rows: readonly (readonly [name: string, value: number])[];
  readonly empty?: string;
}

function Figures({ title, header, rows, empty }: FiguresProps) {
  const t = useText();
  const intl = useIntl();
  return (
    <Section title={title}>
      {rows.length === 0 ? (
        <p>{empty}</p>
      ) : (
        <div className="beside">
          <BarChart bars={rows.map(([label, value]) => ({ label, value, text: intl.formatNumber(value) }))} />
          <table className="table">
            <caption className="unseen">{title}</caption>
            <thead>
              <tr>
                <th scope="col">{t('report.figure')}</th>
                <th scope="col" className="number">
                  {header}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className="number">{intl.formatNumber(value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
