/**
 * Writes what follows from the code: JSON schemas, docs/openapi.json, docs/conditions.md, docs/desired-state-reference.md, docs/errors.md, docs/actions.md, docs/doctor.md, docs/gates.md,
 * docs/metrics.md, the Grafana dashboard, the import picture of ARCHITECTURE.md. With --check it writes nothing and fails when a file
 * differs from what the code says.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { desiredStateJsonSchema } from '../src/desired-state/schema.ts';
import { renderActionsMarkdown } from '../src/reconciler/render-actions.ts';
import { openApiDocument } from '../src/http/open-api.ts';
import { ERROR_CODES } from '../src/topology/pool-error.ts';
import { poolFactsSchema } from '../src/topology/pool-facts.ts';
import { conditionsMarkdown } from './conditions-markdown.ts';
import { desiredStateMarkdown } from './desired-state-markdown.ts';
import { doctorMarkdown } from './doctor-markdown.ts';
import { grafanaDashboard } from './grafana-dashboard.ts';
import { gatesMarkdown } from './gates-markdown.ts';
import { markdownTable } from './markdown-table.ts';
import { metricsMarkdown } from './metrics-markdown.ts';
import { importDiagram } from './source-imports.ts';

const root = path.resolve(import.meta.dirname, '..');
const RETRY = {
  backoff: 'by itself, later',
  never: 'not until something changes',
  human: 'a person must act',
} as const;

const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function factsJsonSchema(): unknown {
  return z.toJSONSchema(poolFactsSchema, { target: 'draft-7' });
}

function errorsMarkdown(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, { retry, meaning }]) => [
    `\`${code}\``,
    meaning,
    RETRY[retry],
  ]);
  return `# Error codes

Generated from \`src/topology/pool-error.ts\` by \`npm run docs\`. The code decides what happens next; messages are for people.

${markdownTable([['Code', 'Meaning', 'Tried again'], ...rows])}
`;
}

/** Only what stands between the marks is generated. */
function architectureMarkdown(): string {
  const text = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
  const [before = '', rest = ''] = text.split('<!-- imports:begin -->');
  const after = rest.split('<!-- imports:end -->')[1] ?? '';
  const diagram = importDiagram(path.join(root, 'src'));
  return `${before}<!-- imports:begin -->\n\n${diagram}\n\n<!-- imports:end -->${after}`;
}

const FILES: Readonly<Record<string, () => string>> = {
  'desired-state.schema.json': () => jsonText(desiredStateJsonSchema()),
  'facts.schema.json': () => jsonText(factsJsonSchema()),
  'docs/conditions.md': conditionsMarkdown,
  'docs/desired-state-reference.md': () => desiredStateMarkdown(desiredStateJsonSchema()),
  'docs/openapi.json': () => jsonText(openApiDocument()),
  'docs/errors.md': errorsMarkdown,
  'docs/actions.md': renderActionsMarkdown,
  'docs/doctor.md': doctorMarkdown,
  'docs/gates.md': gatesMarkdown,
  'docs/metrics.md': metricsMarkdown,
  'deploy/grafana/pchat.dashboard.json': () => jsonText(grafanaDashboard()),
  'ARCHITECTURE.md': architectureMarkdown,
};

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const [name, render] of Object.entries(FILES)) {
  const file = path.join(root, name);
  const text = render();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(name);
  if (!check) writeFileSync(file, text);
}
if (check && stale.length > 0) {
  console.error(`not up to date: ${stale.join(', ')}; run npm run docs`);
  process.exitCode = 1;
} else
  console.log(stale.length === 0 ? 'all generated documents are up to date' : `wrote ${stale.join(', ')}`);
