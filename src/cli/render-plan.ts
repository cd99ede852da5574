/** Plan, drift, ledger and evidence as text for people. Formats only. */
import type { Obstacle, Plan, PlannedStep } from '../reconciler/plan.ts';
import type { Drift } from '../topology/drift.ts';
import type { Evidence } from '../topology/evidence.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';
import type { Site } from '../topology/pool-topology.ts';
import { indented, textTable } from './text-table.ts';

export interface PlanView {
  readonly pool: string;
  readonly plan: Plan;
  readonly ledger: LossLedger;
  readonly drift: readonly Drift[];
  readonly evidence: Readonly<Record<Site, Evidence>>;
  readonly gate: { readonly kind: string; readonly code?: string | null; readonly reason?: string | null };
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
  };
}

export const stepsOf = (plan: Plan): readonly PlannedStep[] => ('steps' in plan ? plan.steps : []);

const minutes = (value: number | null): string => (value === null ? 'unknown' : `${value.toFixed(1)} min`);

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
        steps.map((s, index) => [String(index + 1), s.action, s.target, s.seedStep ?? '', s.risk, s.reason]),
      ),
    );
  if (view.plan.kind === 'blocked') parts.push(...obstacleTexts(view.plan.obstacles));
  if (view.gate.kind !== 'proceed')
    parts.push(
      `gate: ${view.gate.kind}${view.gate.reason === undefined || view.gate.reason === null ? '' : `: ${view.gate.reason}`}`,
    );
  parts.push(renderLedger(view.ledger));
  parts.push(renderEvidence(view.evidence));
  return parts.join('\n');
}

function headline(plan: Plan): string {
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
function obstacleTexts(obstacles: readonly Obstacle[]): string[] {
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

export function renderLedger(ledger: LossLedger): string {
  const summary = `loss on this course: ${minutes(ledger.lossMinutes)}, ${ledger.lostFiles} file${ledger.lostFiles === 1 ? '' : 's'}`;
  if (ledger.lines.length === 0) return summary;
  const rows = ledger.lines.map((line) => [
    line.kind,
    line.file ?? '(in no file)',
    line.from ?? '',
    line.to ?? '',
    minutes(line.minutes),
    line.note,
  ]);
  return `${summary}\n${textTable(['kind', 'file', 'from', 'to', 'history', 'note'], rows)}`;
}

export function renderEvidence(evidence: Readonly<Record<Site, Evidence>>): string {
  return (['home', 'backup'] as const)
    .map((site) => {
      const { verdict, signs, changes } = evidence[site];
      const lines = signs.map(
        (sign) => `${sign.says} ${seconds(sign.forMs)}: ${sign.source}: ${sign.detail}`,
      );
      return `${site} is ${verdict}${verdict === 'alive' ? '' : `\n${indented([...lines, changes].join('\n'))}`}`;
    })
    .join('\n');
}

const seconds = (ms: number): string => `for ${(ms / 1_000).toFixed(0)} s`;
