/** A few figures as bars. It only draws: the same figures always stand in a table beside it. */

import './office.css';
export interface BarChartProps {
  readonly bars: readonly { readonly label: string; readonly value: number; readonly text: string }[];
}

export function BarChart({ bars }: BarChartProps) {
  const longest = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <div className="bars" aria-hidden="true">
      {bars.map(({ label, value, text }) => (
        <div key={label} className="bar-row">
          <span>{label}</span>
          <span className="track">
            <span className="fill" style={{ width: `${(value / longest) * 100}%` }} />
          </span>
          <span className="number">{text}</span>
        </div>
      ))}
    </div>
  );
}
