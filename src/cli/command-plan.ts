/**
 * pchat plan: what would be done and why, what could be lost, what stands in the way. Offline from recorded facts, else from
 * the running daemon, else by one look of its own. Changes nothing.
 */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Settings, SourceSettings } from '../desired-state/parse-settings.ts';
import type { Decision, JournalRecord } from '../ports/journal.ts';
import type { PoolStatus } from '../reconciler/pool-status.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import { instancesOf, type DesiredPool } from '../topology/pool-topology.ts';
import {
  print,
  sourceAt,
  withServer,
  withSettings,
  type ServerOptions,
  type SettingsOptions,
} from './command-options.ts';
import { reachedBy } from './daemon-client.ts';
import { EXIT } from './exit-codes.ts';
import { planJson, renderPlan, type PlanView } from './render-plan.ts';
import { planViewOf } from './render-status.ts';

const NOT_PREDICTED = { duration: null, outage: null };

interface Options extends Omit<SettingsOptions, 'output'>, ServerOptions {
  readonly output: SettingsOptions['output'] | 'markdown';
  readonly desired?: string;
  readonly facts?: string;
  readonly pool?: string;
  readonly out?: string;
}

export function register(program: Command): void {
  withServer(withSettings(program.command('plan'), ['markdown']))
    .description('the fewest steps to the desired state; exit code 0: none, 2: changes')
    .argument('[pool]', 'only this pool')
    .option('-d, --desired <path>', 'desired-state file or directory instead of the source in the settings')
    .option('-f, --facts <file>', 'plan offline from these facts (pchat observe --output json)')
    .option('-p, --pool <name>', 'only this pool')
    .option('--out <file>', 'save the plan of one pool for pchat apply')
    .action((pool: string | undefined, options: Options) =>
      plan(pool === undefined ? options : { ...options, pool }),
    );
}

async function plan(options: Options): Promise<void> {
  const views = await (options.facts === undefined ? online(options) : offline(options, options.facts));
  if (views.some((view) => view.plan.kind !== 'converged')) process.exitCode = EXIT.changes;
  const [only] = views;
  const single = views.length === 1 && only !== undefined;
  if (options.out !== undefined) await save(options.out, single ? only : undefined);
  const { output } = options;
  if (output === 'markdown') return printMarkdown(views);
  print({ output }, single ? planJson(only) : views.map(planJson), () => views.map(renderPlan).join('\n\n'));
}

async function printMarkdown(views: readonly PlanView[]): Promise<void> {
  const { renderPlansMarkdown } = await import('./render-plan-markdown.ts');
  process.stdout.write(`${renderPlansMarkdown(views)}\n`);
}

/** Owner-only, as the journal is: it tells the state of the estate. */
const MODE = 0o600;

async function save(file: string, view: PlanView | undefined): Promise<void> {
  const { sealPlan } = await import('../daemon/saved-plan.ts');
  if (view === undefined)
    throw new PoolError('PCO_USAGE', '--out saves the plan of one pool', {
      hint: 'name it: pchat plan POOL --out FILE',
    });
  if (view.seen === undefined)
    throw new PoolError('PCO_USAGE', `the newest generation of ${view.pool} is not planned yet`, {
      hint: 'try again after the next round',
    });
  const text = `${JSON.stringify(sealPlan(view.seen, view.forecast?.prediction ?? NOT_PREDICTED), null, 2)}\n`;
  await writeFile(file, text, { mode: MODE }).catch((error: unknown) => {
    throw new PoolError('PCO_USAGE', `${file} cannot be written`, { cause: error });
  });
}

async function offline(options: Options, factsFile: string): Promise<readonly PlanView[]> {
  const { offlinePool } = await import('./offline-facts.ts');
  const { pool, facts } = await offlinePool({ ...options, facts: factsFile });
  // The facts' own clock: the plan of an hour ago does not change by being looked at today.
  return [await decideView(pool, facts, [], Date.parse(facts.observedAt))];
}

async function desiredPools(source: SourceSettings): Promise<readonly DesiredPool[]> {
  const { readDesiredState } = await import('../desired-state/desired-source.ts');
  return (await readDesiredState(source, new AbortController().signal)).pools;
}

async function decideView(
  pool: DesiredPool,
  facts: PoolFacts,
  decisions: readonly Decision[],
  nowMs: number,
  records: readonly JournalRecord[] = [],
): Promise<PlanView> {
  const { decidePool } = await import('../reconciler/decide-pool.ts');
  const { forecastOf } = await import('../daemon/forecast.ts');
  const { planSeen } = await import('../daemon/saved-plan.ts');
  const decided = decidePool(pool, facts, decisions, nowMs);
  const { plan: planned, ledger, drift, gate, reduction } = decided;
  const { name, sites } = pool.topology;
  const datacenters = { home: sites.home.datacenter, backup: sites.backup.datacenter };
  const seen = planSeen(pool, facts, decided);
  const forecast = forecastOf({ pool, facts, decision: decided, decisions, nowMs, records });
  return {
    pool: name,
    plan: planned,
    ledger,
    drift,
    gate,
    evidence: reduction.evidence,
    datacenters,
    seen,
    forecast,
  };
}

async function online(options: Options): Promise<readonly PlanView[]> {
  const { daemon, settings } = await reachedBy(options);
  const known = (await daemon?.status())?.pools;
  const { desired } = options;
  if (known !== undefined && desired === undefined)
    return known.filter(named(options.pool, (pool) => pool.pool)).flatMap((pool) => planViewOf(pool) ?? []);
  if (settings !== undefined) {
    const source = desired === undefined ? settings.desiredState : sourceAt(desired);
    return previewed(await wantedPools(source, options), known ?? [], settings);
  }
  // Without --desired the daemon of --server has answered above.
  return previewed(await wantedPools(sourceAt(desired ?? ''), options), known ?? [], undefined);
}

const wantedPools = async (source: SourceSettings, { pool }: Options): Promise<readonly DesiredPool[]> =>
  (await desiredPools(source)).filter(named(pool, ({ topology }) => topology.name));

/** @param settings undefined: this computer looks at nothing itself */
async function previewed(
  pools: readonly DesiredPool[],
  known: readonly PoolStatus[],
  settings: Settings | undefined,
): Promise<readonly PlanView[]> {
  const records = settings === undefined ? [] : await measured(settings);
  const unseen = pools.filter((pool) => factsOf(pool, known) === undefined);
  const [first] = unseen;
  if (first !== undefined && settings === undefined)
    throw new PoolError('PCO_USAGE', `the daemon does not see all of ${first.topology.name}`, {
      hint: 'a pool or an instance that is new wants a look from where the daemon runs',
    });
  const looks =
    first === undefined || settings === undefined ? [] : await lookedAt(settings, unseen, records);
  const previews = pools.flatMap((pool) => {
    const facts = factsOf(pool, known);
    const decisions = known.find(({ pool: name }) => name === pool.topology.name)?.decisions ?? [];
    return facts === undefined
      ? []
      : [decideView(pool, facts, decisions, Date.parse(facts.observedAt), records)];
  });
  return [...(await Promise.all(previews)), ...looks];
}

/** How long steps took here; without a journal nothing was measured, and nothing is predicted. */
async function measured(settings: Settings): Promise<readonly JournalRecord[]> {
  const { readJournalFile } = await import('../daemon/journal.ts');
  return readJournalFile(settings.journal.directory).catch(() => []);
}

/** What the daemon sees: it has watched for long enough to tell a silence from a slow answer. undefined: not all of this pool. */
function factsOf(pool: DesiredPool, known: readonly PoolStatus[]): PoolFacts | undefined {
  const facts = known.find((candidate) => candidate.pool === pool.topology.name)?.facts;
  if (facts == null) return undefined;
  return instancesOf(pool.topology).every(({ instance }) => instance in facts.instances) ? facts : undefined;
}

async function lookedAt(
  settings: Settings,
  pools: readonly DesiredPool[],
  records: readonly JournalRecord[],
): Promise<PlanView[]> {
  const { lookOnce } = await import('./look-once.ts');
  const looks = await lookOnce(settings, pools);
  return Promise.all(looks.map(({ pool, facts, nowMs }) => decideView(pool, facts, [], nowMs, records)));
}

const named =
  <T>(name: string | undefined, nameOf: (item: T) => string) =>
  (item: T): boolean =>
    name === undefined || nameOf(item) === name;
