/** Plan, drift, ledger and evidence as text for people. Formats only. */
import type { Obstacle, Plan, PlannedStep } from '../reconciler/plan.ts';
import type { PlanSeen } from '../reconciler/plan-basis.ts';
import type { Forecast } from '../topology/forecast.ts';
import type { Drift } from '../topology/drift.ts';
import type { Evidence } from '../topology/evidence.ts';
import type { LedgerLineKind, LossLedger } from '../topology/loss-ledger.ts';
import type { Site } from '../topology/pool-topology.ts';
import { renderEvidence } from './render-evidence.ts';
import { renderForecast } from './render-forecast.ts';
import { span } from './span.ts';
import { named } from './site-name.ts';
import { indented, textTable } from './text-table.ts';

export interface PlanView {
  readonly pool: string;
  readonly plan: Plan;
  readonly ledger: LossLedger;
  readonly drift: readonly Drift[];
  readonly evidence: Readonly<Record<Site, Evidence>>;
  /** Names of the sites for people; left out: the sites' own words. */
  readonly datacenters?: Readonly<Record<Site, string>> | undefined;
  readonly gate: { readonly kind: string; readonly code?: string | null; readonly reason?: string | null };
  /** What a saved plan keeps; left out: not known to whoever shows it. */
  readonly seen?: PlanSeen | undefined;
  readonly forecast?: Forecast | undefined;
}

/** The plan's own object as `--output json` prints it; the fields of a step are public. */
export function planJson(view: PlanView): Record<string, unknown> {
  const { plan } = view;
  return {
    pool: view.pool,
    plan: plan.kind,
    steps: stepsOf(plan).map(({ action, target, seedStep, risk, reason }) => ({
      action,
      target,
      seedStep,
      risk,
      reason,
    })),
    ...(plan.kind === 'waiting' ? { waitingFor: { on: plan.on, reason: plan.reason } } : {}),
    obstacles: plan.kind === 'blocked' ? plan.obstacles : [],
    gate: view.gate,
    ledger: view.ledger,
    drift: view.drift,
    evidence: view.evidence,
    ...(view.forecast === undefined ? {} : { forecast: view.forecast }),
  };
}

export const stepsOf = (plan: Plan): readonly PlannedStep[] => ('steps' in plan ? plan.steps : []);

export function renderPlan(view: PlanView): string {
  const parts = [`${view.pool}: ${headline(view.plan)}`];
  if (view.drift.length > 0)
    parts.push(
      textTable(
        ['drift', 'wanted', 'actual'],
        view.drift.map((d) => [d.path, d.wanted, d.actual]),
      ),
    );
  const steps = stepsOf(view.plan);
  if (steps.length > 0)
    parts.push(
      textTable(
        ['#', 'step', 'on', 'seed', 'risk', 'why'],
        steps.map((s, index) => [
          String(index + 1),
          s.action,
          placeOf(view, s.target),
          s.seedStep ?? '',
          s.risk,
          s.reason,
        ]),
      ),
    );
  if (view.plan.kind === 'blocked') parts.push(...obstacleTexts(view.plan.obstacles));
  if (view.gate.kind !== 'proceed' && steps.length > 0)
    parts.push(
      `gate: ${view.gate.kind}${view.gate.reason === undefined || view.gate.reason === null ? '' : `: ${view.gate.reason}`}`,
    );
  parts.push(renderLedger(view.ledger));
  if (view.forecast !== undefined) parts.push(renderForecast(view.forecast));
  parts.push(renderEvidence(view.evidence, view.datacenters));
  return parts.join('\n');
}

export const placeOf = (view: PlanView, target: PlannedStep['target']): string =>
  target === 'pool' ? target : named(view, target);

export function headline(plan: Plan): string {
  switch (plan.kind) {
    case 'converged':
      return 'nothing to do';
    case 'steps':
      return `${plan.steps.length} step${plan.steps.length === 1 ? '' : 's'}`;
    case 'waiting':
      return `waiting for ${plan.on}: ${plan.reason}`;
    case 'blocked':
      return `blocked${plan.steps.length > 0 ? '; these steps would run if nothing stood in the way' : ''}`;
    case 'too-large':
      return `no plan within the limit (${plan.statesExpanded} states looked at)`;
  }
}

/** One paragraph per reason and way out, since one silent instance usually hides several variables. */
export function obstacleTexts(obstacles: readonly Obstacle[]): string[] {
  const groups = new Map<string, Obstacle[]>();
  for (const obstacle of obstacles) {
    const key = `${obstacle.reason}\nway out: ${obstacle.wayOut}`;
    groups.set(key, [...(groups.get(key) ?? []), obstacle]);
  }
  return [...groups].map(([text, group]) => {
    const needs = group.map(({ variable, actual, wanted }) => `${variable} is ${actual}, wanted ${wanted}`);
    return `blocked by ${needs.join('; ')}\n${indented(text)}`;
  });
}

/** What the kinds of lines are to a person, worst first: the order in which they are shown. */
const KINDS: readonly (readonly [LedgerLineKind, string])[] = [
  ['unreachable-file', 'out of reach'],
  ['at-risk', 'at risk'],
  ['salvageable', 'can be saved'],
  ['saved', 'kept as a file'],
  ['backlog', 'waits'],
];
const orderOf = (kind: LedgerLineKind): number => KINDS.findIndex(([one]) => one === kind);

/** `2026-11-24T02:06:01.257Z` -> `11-24 02:06:01`; the head says that it is UTC. */
const instant = (iso: string | null): string => (iso === null ? '' : iso.slice(5, 19).replace('T', ' '));

export function renderLedger(ledger: LossLedger): string {
  const rows = [...ledger.lines]
    .sort((a, b) => orderOf(a.kind) - orderOf(b.kind))
    .map((line) => [
      KINDS[orderOf(line.kind)]?.[1] ?? line.kind,
      line.file ?? '(in no file)',
      instant(line.from),
      instant(line.to),
      line.minutes === null ? '' : span(line.minutes),
      line.note,
    ]);
  const head = ['content', 'log backup', 'from (UTC)', 'to (UTC)', 'chat history', 'why'];
  const told = lossInWords(ledger);
  return rows.length === 0 ? told : `${told}\n${textTable(head, rows)}`;
}

/** What the present course still gives up. */
export function lossInWords({ lossMinutes, lostFiles }: LossLedger): string {
  if (lossMinutes === 0 && lostFiles === 0) return 'loss on this course: none';
  const files = `${lostFiles === 0 ? 'no' : String(lostFiles)} log backup${lostFiles === 1 ? '' : 's'}`;
  const history =
    lossMinutes === null ? 'chat history that cannot be bounded' : `${span(lossMinutes)} of chat history`;
  return `loss on this course: ${history}, ${files}`;
}
