/** The charts of the control room. */
import { useText } from '../../i18n/language.tsx';
import { type ChartLine, LiveChart } from './live-chart.tsx';
import type { LivePicture } from './live-series.ts';
import type { Words } from './words.ts';

type Say = 'count' | 'perSecond' | 'share' | 'ms';

const CHARTS: readonly { readonly title: string; readonly say: Say; readonly lines: readonly ChartLine[] }[] =
  [
    {
      title: 'control.chart-rate',
      say: 'perSecond',
      lines: [
        { name: 'achievedPerSecond', label: 'control.line-achieved', colour: '--accent' },
        {
          name: 'setPerSecond',
          label: 'control.line-set',
          colour: '--warning',
          isStepped: true,
          dash: [6, 4],
        },
      ],
    },
    {
      title: 'control.chart-line',
      say: 'count',
      lines: [
        { name: 'waiting', label: 'control.line-waiting', colour: '--accent' },
        { name: 'checkedIn', label: 'control.line-checked-in', colour: '--good', dash: [6, 4] },
      ],
    },
    {
      title: 'control.chart-inside',
      say: 'count',
      lines: [{ name: 'inside', label: 'control.line-inside', colour: '--accent' }],
    },
    {
      title: 'control.chart-units',
      say: 'count',
      lines: [
        { name: 'sold', label: 'control.line-sold', colour: '--good' },
        { name: 'held', label: 'control.line-held', colour: '--warning', dash: [6, 4] },
        { name: 'sellable', label: 'control.line-sellable', colour: '--accent', dash: [2, 3] },
      ],
    },
    {
      title: 'control.chart-conversion',
      say: 'share',
      lines: [{ name: 'conversion', label: 'control.line-conversion', colour: '--good' }],
    },
    {
      title: 'control.chart-latency',
      say: 'ms',
      lines: [{ name: 'latencyMs', label: 'control.line-latency', colour: '--accent' }],
    },
    {
      title: 'control.chart-errors',
      say: 'share',
      lines: [{ name: 'errorRate', label: 'control.line-errors', colour: '--danger' }],
    },
  ];

export function Charts({ picture, words }: { readonly picture: LivePicture; readonly words: Words }) {
  const t = useText();
  const { history, acts } = picture;
  return (
    <section className="charts" aria-label={t('control.charts')}>
      {CHARTS.map(({ title, say, lines }) => (
        <LiveChart key={title} title={t(title)} {...{ lines, history, acts, words }} say={words[say]} />
      ))}
    </section>
  );
}
