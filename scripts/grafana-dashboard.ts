/** deploy/grafana/pchat.dashboard.json from the table of metrics: one panel for each metric, in the sections below. */
import { METRICS, type MetricName, type MetricRow } from '../src/daemon/metric-table.ts';

/** Every metric stands in exactly one of them, which a test asks for. */
export const SECTIONS: readonly { readonly title: string; readonly metrics: readonly MetricName[] }[] = [
  {
    title: 'What is wanted and what is there',
    metrics: [
      'pchat_condition',
      'pchat_drift',
      'pchat_primary_site',
      'pchat_generation_info',
      'pchat_generation_observed',
      'pchat_variable',
      'pchat_desired_state_valid',
      'pchat_desired_state_reachable',
      'pchat_desired_state_current',
      'pchat_desired_state_applied_timestamp_seconds',
      'pchat_desired_state_revision_info',
      'pchat_git_hooks_total',
      'pchat_http_certificate_expiry_timestamp_seconds',
      'pchat_commit_statuses_total',
    ],
  },
  {
    title: 'Plan, permission, steps',
    metrics: [
      'pchat_loop_state',
      'pchat_plan',
      'pchat_planned_steps',
      'pchat_gate',
      'pchat_open_decisions',
      'pchat_mode',
      'pchat_suspended',
      'pchat_last_error',
      'pchat_steps_total',
      'pchat_step_duration_seconds',
    ],
  },
  {
    title: 'Evidence and loss',
    metrics: [
      'pchat_evidence',
      'pchat_evidence_level',
      'pchat_evidence_silence_seconds',
      'pchat_predicted_loss_seconds',
      'pchat_max_data_loss_seconds',
      'pchat_predicted_lost_files',
    ],
  },
  {
    title: 'Beforehand and afterwards',
    metrics: [
      'pchat_ready',
      'pchat_ready_outage_seconds',
      'pchat_ready_loss_seconds',
      'pchat_predicted_duration_seconds',
      'pchat_predicted_outage_seconds',
      'pchat_prediction_ratio',
      'pchat_failover_loss_seconds',
    ],
  },
  {
    title: 'Log shipping',
    metrics: [
      'pchat_log_shipping_lag_seconds',
      'pchat_log_shipping_threshold_seconds',
      'pchat_log_shipping_pending_files',
    ],
  },
  {
    title: 'What is seen, and what looking costs',
    metrics: [
      'pchat_last_observation_timestamp_seconds',
      'pchat_rounds_total',
      'pchat_observation_duration_seconds',
      'pchat_instance_seen',
      'pchat_instance_clock_offset_seconds',
      'pchat_folder_seen',
      'pchat_shell_seen',
      'pchat_chat_servers_unseen',
      'pchat_unknown_answers_total',
      'pchat_instance_requests_total',
      'pchat_shell_requests_total',
      'pchat_folder_requests_total',
    ],
  },
  { title: 'The daemon', metrics: ['pchat_lease_epoch', 'pchat_build_info', 'pchat_notifications_total'] },
];

interface Query {
  readonly type: string;
  readonly expr: string;
  readonly unit: string;
}

/** Grid units: the page is 24 wide. */
const PANEL = { w: 8, h: 7 };
const PAGE_WIDTH = 24;
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** Instants are shown as the time that has passed since. */
const INSTANT = '_timestamp_seconds';

function queryOf(name: MetricName, { type, labels, unit }: MetricRow): Query {
  const selector = labels.includes('pool') ? '{pool=~"$pool"}' : '';
  const by = ['le', ...labels].join(', ');
  const rate = (metric: string): string => `rate(${metric}${selector}[$__rate_interval])`;
  if (type === 'counter') return { type: 'timeseries', expr: rate(name), unit: 'ops' };
  if (type === 'histogram') {
    const expr = `histogram_quantile(0.95, sum by (${by}) (${rate(`${name}_bucket`)}))`;
    return { type: 'timeseries', expr, unit: 's' };
  }
  if (name.endsWith(INSTANT)) return { type: 'timeseries', expr: `time() - ${name}${selector}`, unit: 's' };
  // With a label beside the pool the series that is 1 is the value; without one, 0 says something too.
  const oneOf = labels.some((label) => label !== 'pool') && /^(?:1: (?:this|so|awaited)|always)/.test(unit);
  if (oneOf) return { type: 'state-timeline', expr: `${name}${selector} == 1`, unit: 'none' };
  const yesNo = unit.startsWith('1: ');
  const shown = unit.startsWith('seconds') ? 's' : 'none';
  return { type: yesNo ? 'state-timeline' : 'timeseries', expr: `${name}${selector}`, unit: shown };
}

function panelOf(name: MetricName, index: number, y: number): object {
  const row: MetricRow = METRICS[name];
  const { type, expr, unit } = queryOf(name, row);
  const perRow = PAGE_WIDTH / PANEL.w;
  const gridPos = {
    ...PANEL,
    x: (index % perRow) * PANEL.w,
    y: y + Math.floor(index / perRow) * PANEL.h,
  };
  const legendFormat = row.labels.map((label) => `{{${label}}}`).join(' ') || name;
  return {
    type,
    title: name,
    description: `${row.help} ${row.unit}. Moves ${row.moves}.`,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: { unit }, overrides: [] },
    targets: [{ refId: 'A', datasource: DATASOURCE, expr, legendFormat }],
  };
}

function panels(): readonly object[] {
  const all: object[] = [];
  let y = 0;
  for (const { title, metrics } of SECTIONS) {
    all.push({ type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: PAGE_WIDTH, h: 1 }, panels: [] });
    y += 1;
    for (const [index, name] of metrics.entries()) all.push(panelOf(name, index, y));
    y += Math.ceil((metrics.length * PANEL.w) / PAGE_WIDTH) * PANEL.h;
  }
  return all.map((panel, index) => ({ id: index + 1, ...panel }));
}

const VARIABLES = [
  { name: 'datasource', type: 'datasource', query: 'prometheus' },
  {
    name: 'pool',
    type: 'query',
    datasource: DATASOURCE,
    query: 'label_values(pchat_generation_info, pool)',
    refresh: 2,
    multi: true,
    includeAll: true,
  },
];

export const grafanaDashboard = (): object => ({
  uid: 'pchat-operator',
  title: 'pchat-operator',
  tags: ['pchat-operator'],
  schemaVersion: 39,
  editable: true,
  refresh: '30s',
  time: { from: 'now-6h', to: 'now' },
  templating: { list: VARIABLES },
  panels: panels(),
});
