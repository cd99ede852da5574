/** docs/metrics.md as text, from the tables of metrics and labels. */
import { LABELS, type LabelRow } from '../src/daemon/metric-labels.ts';
import { METRICS, type MetricRow } from '../src/daemon/metric-table.ts';
import { markdownTable } from './markdown-table.ts';

const code = (text: string): string => `\`${text}\``;

function metricRow([name, row]: readonly [string, MetricRow]): readonly string[] {
  const buckets = row.buckets === undefined ? '' : `; buckets ${row.buckets.join(', ')}`;
  return [
    code(name),
    row.type,
    row.labels.map(code).join(', ') || '-',
    `${row.unit}${buckets}`,
    row.help,
    row.moves,
  ];
}

const labelRow = ([name, { meaning, values }]: readonly [string, LabelRow]): readonly string[] => [
  code(name),
  meaning,
  values === null ? '-' : values.map(code).join(', '),
];

export const metricsMarkdown = (): string => `# Metrics

Generated from \`src/daemon/metric-table.ts\` by \`npm run docs\`. The daemon serves them at \`/metrics\`;
[deploy/prometheus](../deploy/prometheus) holds a scrape configuration, alert rules and their tests, [alerts.md](alerts.md) what to do.

- Every series of a pool exists from the moment that the pool is declared, and goes away with it. Label values are closed sets.
- What is not known is never 0: it is the value \`unknown\` of a label, or NaN: neither \`>\` nor \`<\` nor \`==\` holds, and \`x != x\` finds it.
- A sum over NaN is NaN: leave the unknown out first, \`sum(x == x)\`.
- Beside these stand \`process_*\` and \`nodejs_*\` of prom-client: processor, memory, open files, delay of the event loop.

${markdownTable([['Metric', 'Type', 'Labels', 'Value', 'Meaning', 'Moves'], ...Object.entries(METRICS).map(metricRow)])}

## Labels

${markdownTable([['Label', 'Meaning', 'Values'], ...Object.entries(LABELS).map(labelRow)])}
`;
