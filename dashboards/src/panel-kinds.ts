/** The few kinds of panels the dashboard is made of, so that a panel is one line of meaning: title, why, queries. */
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';

/** Grafana's names of units. */
export type Unit = 'short' | 'reqps' | 's' | 'percentunit' | 'bytes' | 'none';

export interface PanelText {
  readonly title: string;
  /** What it tells, and what is wrong when it looks odd. */
  readonly about: string;
  readonly unit: Unit;
  /** Expression by legend; the legend may hold `{{label}}`. */
  readonly queries: Readonly<Record<string, string>>;
  /** Columns of 24. */
  readonly span?: number;
}

const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

function targetsOf(queries: PanelText['queries']): DataqueryBuilder[] {
  return Object.entries(queries).map(([legend, expr], index) =>
    new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .expr(expr)
      .legendFormat(legend),
  );
}

/** A figure as it is now. */
export function figure({ title, about, unit, queries, span = 4 }: PanelText): StatPanel {
  return new StatPanel()
    .title(title)
    .description(about)
    .datasource(DATASOURCE)
    .unit(unit)
    .span(span)
    .height(4)
    .targets(targetsOf(queries));
}

/** Figures over time. */
export function curve({ title, about, unit, queries, span = 8 }: PanelText): TimeseriesPanel {
  return new TimeseriesPanel()
    .title(title)
    .description(about)
    .datasource(DATASOURCE)
    .unit(unit)
    .min(0)
    .fillOpacity(8)
    .span(span)
    .height(8)
    .targets(targetsOf(queries));
}
