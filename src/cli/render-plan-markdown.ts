/**
 * The plan as Markdown for a comment below a change that people review. Bounded, and nothing in it is markup but what stands here: names
 * and reasons come from files and servers. Formats only.
 */
import { obstacleTexts, headline, lossInWords, placeOf, stepsOf, type PlanView } from './render-plan.ts';
import { named } from './site-name.ts';
import { span } from './span.ts';

/** Characters; GitHub takes 65,536 in a comment (unverified here), and whoever posts it may add a few. */
export const COMMENT_LIMIT = 60_000;
/** Characters of one cell or sentence; the whole is in `pchat plan`. */
const CELL_LIMIT = 400;
const MOST_ROWS = 40;

const cut = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;

/** Words as words: no table, link, tag, mention or number sign with a meaning comes out of them. */
const plain = (text: string): string =>
  cut(text.replaceAll(/\s+/g, ' ').trim(), CELL_LIMIT)
    .replaceAll('&', '&amp;')
    .replaceAll(/[<>@#]/g, (sign) => `&#${String(sign.codePointAt(0))};`)
    .replaceAll(/[\\`*_{}[\]!|~]/g, String.raw`\$&`);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const shown = rows.slice(0, MOST_ROWS).map((cells) => line(cells.map(plain)));
  const left = rows.length - shown.length;
  const more = left === 0 ? [] : ['', `and ${String(left)} more`];
  return [line(head), line(head.map(() => '---')), ...shown, ...more].join('\n');
}

const list = (lines: readonly string[]): string => lines.map((line) => `- ${plain(line)}`).join('\n');

/** @param views in the order in which they are shown */
export function renderPlansMarkdown(views: readonly PlanView[]): string {
  const text = views.length === 0 ? 'No pool is declared.' : views.map(onePool).join('\n\n');
  if (text.length <= COMMENT_LIMIT) return text;
  const note = '\n\n… the rest is left out here; `pchat plan` shows the whole.';
  // At a line's end, so that no table row and no escape is broken in two.
  const end = text.lastIndexOf('\n', COMMENT_LIMIT - note.length);
  return `${text.slice(0, end)}${note}`;
}

function onePool(view: PlanView): string {
  const { plan, drift, ledger } = view;
  const parts = [`### ${plain(view.pool)}: ${plain(headline(plan))}`, `**${lossInWords(ledger)}**`];
  const steps = stepsOf(plan);
  if (steps.length > 0)
    parts.push(
      table(
        ['#', 'step', 'on', 'risk', 'why'],
        steps.map((step, index) => [
          String(index + 1),
          step.action,
          placeOf(view, step.target),
          step.risk,
          step.reason,
        ]),
      ),
    );
  if (plan.kind === 'blocked')
    parts.push(
      '**Blocked**',
      list(obstacleTexts(plan.obstacles).map((text) => text.replaceAll(/\n\s*/g, '. '))),
    );
  const warnings = warningsOf(view);
  if (warnings.length > 0) parts.push('**Mind**', list(warnings));
  if (drift.length > 0)
    parts.push(
      details(
        `Drift: ${String(drift.length)}`,
        table(
          ['path', 'wanted', 'actual'],
          drift.map(({ path, wanted, actual }) => [path, wanted, actual]),
        ),
      ),
    );
  return parts.join('\n\n');
}

const details = (title: string, body: string): string =>
  `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;

/** What a reviewer must not overlook: no way back, an outage, what is lost, a gate, a site that is not alive. */
function warningsOf(view: PlanView): readonly string[] {
  const { plan, ledger, gate, evidence, forecast } = view;
  const steps = stepsOf(plan);
  const final = steps.filter(({ risk }) => risk === 'no way back');
  const outage = forecast?.prediction.outage;
  const lost = ledger.lines.filter(({ kind }) => kind === 'at-risk' || kind === 'unreachable-file');
  return [
    ...(final.length === 0 ? [] : [`no way back: ${final.map(({ action }) => action).join(', ')}`]),
    ...(outage == null
      ? []
      : [`users cannot chat for about ${span(outage.p50 / SECONDS_PER_MINUTE)} (measured here)`]),
    ...lost.map(({ file, note }) => `could be lost: ${file ?? 'content in no file'}: ${note}`),
    ...(gate.kind === 'proceed' || steps.length === 0 ? [] : [`gate: ${gate.reason ?? gate.kind}`]),
    ...(['home', 'backup'] as const)
      .filter((site) => evidence[site].verdict !== 'alive')
      .map((site) => `${named(view, site)} is ${evidence[site].verdict}`),
  ];
}

const SECONDS_PER_MINUTE = 60;
