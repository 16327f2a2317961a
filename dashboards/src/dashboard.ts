/** The one dashboard: the line above, then what it scales by, how it answers, and the checkout behind it. */
import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { ANSWER_PANELS } from './panels/answers.ts';
import { CHECKOUT_PANELS } from './panels/checkout.ts';
import { LINE_PANELS } from './panels/line.ts';
import { SCALING_PANELS } from './panels/scaling.ts';

const ROWS = {
  'The line': LINE_PANELS,
  Scaling: SCALING_PANELS,
  Answers: ANSWER_PANELS,
  Checkout: CHECKOUT_PANELS,
};

export function buildDashboard(): Dashboard {
  const dashboard = new DashboardBuilder('Sluice')
    .uid('sluice')
    .description('A drop from the line to the last unit sold. Generated: change dashboards/src, not this.')
    .tags(['sluice'])
    .refresh('10s')
    .time({ from: 'now-30m', to: 'now' })
    .editable()
    .variables([
      new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
      new QueryVariableBuilder('drop')
        .label('Drop')
        .datasource({ type: 'prometheus', uid: '$datasource' })
        .query('label_values(waiting_room_phase, drop)')
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .includeAll(true)
        .multi(true),
    ]);
  for (const [title, panels] of Object.entries(ROWS)) {
    dashboard.withRow(new RowBuilder(title));
    for (const panel of panels) dashboard.withPanel(panel);
  }
  const built = dashboard.build();
  built.panels?.forEach((panel, index) => {
    panel.id = index + 1; // the builder numbers none, and Grafana would do so anew at each import
  });
  return built;
}
