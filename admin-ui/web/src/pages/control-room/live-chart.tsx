/** One chart of the last quarter of an hour with what was done drawn into it, and the same figures as a table beside it. */
import { useEffect, useId, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { LiveAct, LiveHistory } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { chartDataOf, type FigureName, tableRowsOf } from './chart-data.ts';
import type { Words } from './words.ts';

const HEIGHT = 168;
/** A drop that was only just opened is not a dot at the edge. */
const SPAN_SECONDS_MIN = 60;
const TABLE = { everySeconds: 10, rows: 12 };

export interface ChartLine {
  readonly name: FigureName;
  /** Id of its message. */
  readonly label: string;
  /** Token of its colour. */
  readonly colour: '--accent' | '--good' | '--warning' | '--danger' | '--text-soft';
  /** Steps, for what is set and not measured. */
  readonly isStepped?: true;
  readonly dash?: readonly number[];
}

export interface LiveChartProps {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly history: LiveHistory | null;
  readonly acts: readonly LiveAct[];
  readonly words: Words;
  say(value: number | null): string;
}

export function LiveChart({ title, lines, history, acts, words, say }: LiveChartProps) {
  const t = useText();
  const id = useId();
  const holder = useRef<HTMLDivElement>(null);
  const names = lines.map(({ name }) => name);
  const shown = useRef({ acts, say, words });
  shown.current = { acts, say, words };
  const chart = useRef<uPlot | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes is read from `shown`
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const made = new uPlot(optionsOf(element, lines, shown), chartDataOf(null, names), element);
    chart.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    // Another theme changes colours that are painted already.
    const themed = new MutationObserver(() => made.redraw());
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: lines of a chart never change
  useEffect(() => {
    chart.current?.setData(chartDataOf(history, names) as uPlot.AlignedData);
  }, [history, acts]);

  const newest = names.map((name) => history?.[name].at(-1) ?? null);
  const said = lines.map(({ label }, index) => `${t(label)} ${say(newest[index] ?? null)}`).join(', ');
  return (
    <figure className="live-chart" aria-labelledby={id}>
      <figcaption>
        <h3 id={id}>{title}</h3>
        <ul className="legend">
          {lines.map(({ name, label, colour, dash }, index) => (
            <li key={name}>
              <svg width="16" height="10" aria-hidden="true">
                <line
                  {...{ x1: 0, y1: 5, x2: 16, y2: 5, strokeWidth: 2.5 }}
                  stroke={`var(${colour})`}
                  {...(dash && { strokeDasharray: dash.join(' ') })}
                />
              </svg>
              {t(label)} <strong>{say(newest[index] ?? null)}</strong>
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={holder} className="canvas" role="img" aria-label={`${title}: ${said}`} />
      <TableBeside {...{ title, lines, history, words, say }} />
    </figure>
  );
}

function TableBeside({ title, lines, history, words, say }: Omit<LiveChartProps, 'acts'>) {
  const t = useText();
  const [isOpen, open] = useState(false);
  const rows = isOpen
    ? tableRowsOf(
        history,
        lines.map(({ name }) => name),
        TABLE,
      )
    : [];
  return (
    <details onToggle={({ currentTarget }) => open(currentTarget.open)}>
      <summary>
        {t('control.table')}
        <span className="unseen"> {title}</span>
      </summary>
      <div className="table-scroll">
        <table className="table">
          <caption className="unseen">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{t('control.time')}</th>
              {lines.map(({ name, label }) => (
                <th key={name} scope="col" className="number">
                  {t(label)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ at, values }) => (
              <tr key={at}>
                <th scope="row">{words.clock(at)}</th>
                {values.map((value, index) => (
                  <td key={lines[index]?.name} className="number">
                    {say(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

interface Shown {
  readonly acts: readonly LiveAct[];
  readonly words: Words;
  say(value: number | null): string;
}

function optionsOf(
  element: HTMLElement,
  lines: readonly ChartLine[],
  shown: { current: Shown },
): uPlot.Options {
  const colour = colourOf(element);
  const axis = {
    stroke: () => colour('--text-soft'),
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  } as const;
  return {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    padding: [8, 4, 0, 0],
    scales: {
      x: { range: (_chart, min, max) => [Math.min(min ?? 0, (max ?? 0) - SPAN_SECONDS_MIN), max ?? 1] },
      y: { range: (_chart, _min, max) => [0, Math.max(1, (max ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        space: 80,
        values: (_chart, at) => at.map((one) => shown.current.words.clock(one * 1000)),
      },
      { ...axis, size: 60, values: (_chart, values) => values.map((one) => shown.current.say(one)) },
    ],
    series: [
      {},
      ...lines.map(({ colour: token, isStepped, dash }): uPlot.Series => {
        const stepped = uPlot.paths.stepped?.({ align: 1 });
        return {
          stroke: () => colour(token),
          width: 2,
          points: { show: false },
          ...(isStepped && stepped && { paths: stepped }),
          ...(dash && { dash: [...dash] }),
        };
      }),
    ],
    hooks: { draw: [(chart) => drawActs(chart, shown.current.acts, colour('--text-soft'))] },
  };
}

/** A line for each act, taken-back ones fainter: what happened is seen where it happened. */
function drawActs(chart: uPlot, acts: readonly LiveAct[], colour: string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { at, isUndone } of acts) {
    const x = Math.round(chart.valToPos(Date.parse(at) / 1000, 'x', true));
    if (!(x > bbox.left && x <= bbox.left + bbox.width)) continue;
    ctx.globalAlpha = isUndone ? 0.35 : 0.9;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

/** A token as a canvas takes it: which of its two colours is the theme's question. */
function colourOf(element: HTMLElement): (token: string) => string {
  const probe = document.createElement('span');
  probe.hidden = true;
  element.append(probe);
  return (token) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
}
