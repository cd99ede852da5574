/** The daemon's status as text for people. Formats only. */
import type { DaemonStatus, PoolStatus, SourceView } from '../reconciler/pool-status.ts';
import { renderEvidence, verdictLines } from './render-evidence.ts';
import { renderHoldings } from './render-forecast.ts';
import { span } from './span.ts';
import { renderLedger, renderPlan, type PlanView } from './render-plan.ts';
import { definitionList, textTable } from './text-table.ts';

export function renderStatus(status: DaemonStatus): string {
  const rows = status.pools.map((pool) => [
    pool.pool,
    pool.state,
    pool.mode,
    pool.datacenters[pool.primarySite],
    generationWords(pool),
    String(pool.drift.length),
    nextOf(pool),
    pool.ledger?.lossMinutes === null ? 'unknown' : `${pool.ledger?.lossMinutes.toFixed(1) ?? '-'} min`,
    holds(pool),
  ]);
  const head = ['pool', 'state', 'mode', 'wanted in', 'generation', 'drift', 'next', 'loss', 'holds'];
  const verdict = status.desiredStateReachable
    ? 'rejected'
    : 'out of reach, the last good one stays in force';
  const problems = status.desiredStateProblems.map((problem) => `desired state ${verdict}: ${problem}`);
  return [
    ...problems,
    ...sourceLines(status.desiredSource),
    textTable(head, rows),
    ...status.pools.flatMap(breakGlassLines),
    ...status.pools.flatMap(evidenceLines),
    ...status.pools.flatMap(runningLines),
  ].join('\n');
}

const SHORT_COMMIT = 10;

/** Nothing is to be said where all of a file is in force: the generations say it. */
function sourceLines(source: SourceView | undefined): string[] {
  if (source === undefined) return [];
  const { attempted, applied, appliedAt, ageSeconds, condition } = source;
  const current = condition.status === 'True';
  if (current && applied === null) return [];
  const age = ageSeconds === null ? '' : `, in force for ${span(ageSeconds / SECONDS_PER_MINUTE)}`;
  const good =
    appliedAt === null ? 'none was ever in force' : `${commitWords(applied)} of ${appliedAt}${age}`;
  if (current) return [`desired state: ${good}`];
  const newest = attempted === null || attempted === applied ? '' : `, newest ${commitWords(attempted)}`;
  return [`desired state: ${condition.reason} since ${condition.since}${newest}; last good one: ${good}`];
}

const SECONDS_PER_MINUTE = 60;
const commitWords = (commit: string | null): string =>
  commit === null ? 'the one' : `commit ${commit.slice(0, SHORT_COMMIT)}`;

/** Counter and hash, and the commit that brought it. */
const generationWords = ({ generation, revision }: PoolStatus): string =>
  `${generation.counter} ${generation.hash}${revision === null ? '' : `, commit ${revision.commit.slice(0, SHORT_COMMIT)}`}`;

const holds = (pool: PoolStatus): string =>
  pool.conditions
    .filter((condition) => condition.status === 'True')
    .map((condition) => condition.type)
    .join(', ');

function nextOf(pool: PoolStatus): string {
  const [running] = pool.running;
  if (running !== undefined) return `${running.step.action}:${running.step.target} (running)`;
  const plan = pool.plan;
  if (plan === null || plan.kind === 'converged') return '';
  const [step] = 'steps' in plan ? plan.steps : [];
  return step === undefined
    ? plan.kind
    : `${step.action}:${step.target}${plan.kind === 'steps' ? '' : ` (${plan.kind})`}`;
}

function breakGlassLines({ pool, breakGlass }: PoolStatus): string[] {
  if (breakGlass === null) return [];
  const { state, by, reason, file, expiresAt } = breakGlass;
  const words = `${file} by ${by}: ${reason}`;
  return [
    state === 'in-force'
      ? `${pool}: break-glass until ${expiresAt}: ${words}`
      : `${pool}: break-glass ended (${state}): ${words}`,
  ];
}

const evidenceLines = ({ pool, evidence, datacenters }: PoolStatus): string[] =>
  evidence === null ? [] : verdictLines(evidence, datacenters).map((line) => `${pool}: ${line}`);

const runningLines = (pool: PoolStatus): string[] =>
  pool.running.map(
    ({ step, since, progress, fraction }) =>
      `${pool.pool}: ${step.action}:${step.target} since ${since}` +
      `${progress === null ? '' : `: ${progress}`}${fraction === null ? '' : ` (${Math.round(fraction * 100)} %)`}`,
  );

/** Everything that the pool waits for or rests on: plan, obstacles, gate, evidence and every planner variable. */
export function renderWhole(pool: PoolStatus): string {
  const view = planViewOf(pool);
  const { revision } = pool;
  const parts = [
    `${pool.pool} is ${pool.state}`,
    `generation ${generationWords(pool)} from ${pool.origin}`,
    ...(revision === null ? [] : [`  ${revision.at} ${revision.author}: ${revision.subject}`]),
    ...(revision?.signature === undefined
      ? []
      : [`  signed by ${revision.signature.signer}, key ${revision.signature.key}`]),
    ...breakGlassLines(pool),
  ];
  if (view !== undefined) parts.push(renderPlan(view));
  else {
    if (pool.ledger !== null) parts.push(renderLedger(pool.ledger));
    if (pool.evidence !== null) parts.push(renderEvidence(pool.evidence, pool.datacenters));
  }
  if (pool.forecast !== null) parts.push(`\nCopies\n${renderHoldings(pool.forecast)}`);
  if (pool.lastError !== null)
    parts.push(
      `last error ${pool.lastError.step ?? 'observe'}: ${pool.lastError.code}: ${pool.lastError.message}`,
    );
  const conditions = pool.conditions.map(
    (c) => [c.type, `${c.status} (${c.reason}) since ${c.since}`, c.message] as const,
  );
  if (conditions.length > 0) parts.push(`\nConditions\n${definitionList(conditions)}`);
  const variables = Object.entries(pool.variables).map(
    ([name, { value, because }]) => [name, value, because] as const,
  );
  if (variables.length > 0) parts.push(`\nVariables\n${definitionList(variables)}`);
  return parts.join('\n');
}

/** undefined: not observed yet. */
export function planViewOf(pool: PoolStatus): PlanView | undefined {
  const { plan, ledger, evidence, gate } = pool;
  if (plan === null || ledger === null || evidence === null) return undefined;
  const { drift, datacenters, generation, primarySite, variables, uses } = pool;
  const seenAt = pool.observedAt ?? '';
  // A newer generation that is not decided yet has no plan of its own.
  const same = pool.observedGeneration?.hash === generation.hash;
  const seen = same
    ? { pool: pool.pool, generation, primarySite, seenAt, plan, ledger, evidence, variables, uses }
    : undefined;
  const { forecast } = pool;
  return {
    pool: pool.pool,
    plan,
    ledger,
    evidence,
    drift,
    datacenters,
    gate: gate ?? { kind: 'proceed' },
    seen,
    ...(forecast === null ? {} : { forecast }),
  };
}
