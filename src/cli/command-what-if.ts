/**
 * pchat what-if: the plan that a fault would bring, from live or recorded facts with the fault supposed: verdict, plan, loss, seconds.
 * Changes nothing, and asks nothing of the estate but what pchat plan asks.
 */
import type { Command } from 'commander';
import type { Scene } from '../daemon/what-if.ts';
import { PoolError } from '../topology/pool-error.ts';
import { SITES, type DesiredPool } from '../topology/pool-topology.ts';
import { declaredPools, loadSettings, print, withSettings, type SettingsOptions } from './command-options.ts';
import { findDaemon } from './daemon-client.ts';
import { renderHoldings, renderPrediction } from './render-forecast.ts';
import { planJson, renderPlan } from './render-plan.ts';

interface Options extends SettingsOptions {
  readonly fault: string;
  readonly goal?: string;
  readonly facts?: string;
  readonly desired?: string;
}

export function register(program: Command): void {
  withSettings(program.command('what-if'))
    .description('what a fault would bring: verdict, plan, loss and seconds; nothing is changed')
    .argument('<pool>')
    .requiredOption('--fault <fault>', 'site:DATACENTER, share, or instance:NAME')
    .option(
      '--goal <datacenter>',
      'where the service shall live then; left out: where the desired state wants it',
    )
    .option('-f, --facts <file>', 'suppose it over these facts (pchat observe --output json)')
    .option('-d, --desired <path>', 'desired-state file or directory, for --facts')
    .action(whatIf);
}

async function whatIf(name: string, options: Options): Promise<void> {
  const scene = await (options.facts === undefined
    ? live(name, options)
    : recorded(name, options, options.facts));
  const { supposedWorld } = await import('../daemon/what-if.ts');
  const pool = towards(scene.pool, options.goal);
  const { decision, forecast, assumptions } = supposedWorld({ ...scene, pool }, options.fault);
  const { plan, ledger, drift, gate, reduction } = decision;
  const { home, backup } = pool.topology.sites;
  const datacenters = { home: home.datacenter, backup: backup.datacenter };
  const view = { pool: name, plan, ledger, drift, gate, evidence: reduction.evidence, datacenters };
  const { prediction, copies, salvage, lossNowMinutes } = forecast;
  const holdings = { copies, salvage, lossNowMinutes };
  print(options, { fault: options.fault, assumptions, ...planJson(view), prediction, ...holdings }, () =>
    [
      `supposed: ${options.fault}; ${assumptions.join('; ')}`,
      renderPlan(view),
      renderPrediction(prediction),
      renderHoldings(holdings),
    ]
      .filter((part) => part !== '')
      .join('\n'),
  );
}

function towards(pool: DesiredPool, goal: string | undefined): DesiredPool {
  if (goal === undefined) return pool;
  const { sites } = pool.topology;
  const primarySite = SITES.find((site) => site === goal || sites[site].datacenter === goal);
  if (primarySite !== undefined) return { ...pool, primarySite };
  throw new PoolError('PCO_USAGE', `${pool.topology.name} has no datacenter ${goal}`);
}

async function recorded(name: string, options: Options, facts: string): Promise<Scene> {
  const { offlinePool } = await import('./offline-facts.ts');
  return { ...(await offlinePool({ ...options, facts, pool: name })), decisions: [], records: [] };
}

/** What the daemon saw last, which has watched for longer; else one look. The journal tells how long steps took. */
async function live(name: string, options: Options): Promise<Scene> {
  const settings = await loadSettings(options);
  const { readJournalFile } = await import('../daemon/journal.ts');
  const status = await (await findDaemon(settings.journal.directory))?.status();
  const [pool] = await declaredPools(settings, name);
  if (pool === undefined) throw new PoolError('PCO_USAGE', `there is no pool ${name}`);
  // No journal: nothing was measured, and nothing is predicted.
  const records = await readJournalFile(settings.journal.directory).catch(() => []);
  const known = status?.pools.find((candidate) => candidate.pool === name);
  if (known?.facts != null) return { pool, facts: known.facts, decisions: known.decisions, records };
  const { lookOnce } = await import('./look-once.ts');
  const [look] = await lookOnce(settings, [pool]);
  if (look === undefined) throw new PoolError('PCO_INTERNAL', 'a look without facts');
  return { pool, facts: look.facts, decisions: [], records };
}
