/** Log shipping in seconds and files, from what msdb of both sites and the folders say. What is not seen is no number. Pure. */
import type { PoolStatus } from '../reconciler/pool-status.ts';
import { copyOf, type SiteCopy } from '../reconciler/site-copy.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool, PoolTopology, Site } from '../topology/pool-topology.ts';
import type { Stage } from './metric-labels.ts';
import type { PoolGauge } from './metric-table.ts';
import type { Sample } from './metric-sample.ts';

type ShippingGauge = Extract<PoolGauge, `pchat_log_shipping_${string}`>;

const SECONDS_PER_MINUTE = 60;
const MS_PER_SECOND = 1_000;
/** SQL Server has no alert on copying; its defaults for the others, 45 and 60 minutes, are three and four runs of 15. */
const COPY_RUNS_MISSED = 3;

type Instants = Readonly<Record<Stage, string | null | undefined>>;

const copyAt = (topology: PoolTopology, facts: PoolFacts, site: Site): SiteCopy | undefined => {
  const seen = copyOf(topology, facts, site);
  return seen.kind === 'seen' ? seen.copy : undefined;
};

/** null: never; undefined: not seen, or not configured there. */
function lagSeconds(facts: PoolFacts, copy: SiteCopy | undefined, at: string | null | undefined): number {
  if (copy === undefined || at === undefined) return Number.NaN;
  if (at === null) return Number.POSITIVE_INFINITY;
  const nowMs = Date.parse(facts.observedAt) + copy.facts.clockOffsetMs;
  return Math.max(0, nowMs - Date.parse(at)) / MS_PER_SECOND;
}

function lags(topology: PoolTopology, facts: PoolFacts): Readonly<Record<Stage, number>> {
  const { chatDatabase } = topology;
  const home = copyAt(topology, facts, 'home');
  const backup = copyAt(topology, facts, 'backup');
  const secondary = backup?.facts.shippingSecondary[chatDatabase];
  const instants: Instants = {
    backup: home?.facts.shippingPrimary[chatDatabase]?.lastBackupAt,
    copy: secondary?.lastCopiedAt,
    restore: secondary?.lastRestoredAt,
  };
  return {
    backup: lagSeconds(facts, home, instants.backup),
    copy: lagSeconds(facts, backup, instants.copy),
    restore: lagSeconds(facts, backup, instants.restore),
  };
}

/** While the service shall live at backup no log shipping is wanted, so no lag is too long. */
function thresholdsSeconds({ topology, primarySite }: DesiredPool): Readonly<Record<Stage, number>> {
  const { backupThresholdMinutes, restoreThresholdMinutes, copyEveryMinutes } = topology.logShipping;
  const seconds = (minutes: number): number =>
    primarySite === 'home' ? minutes * SECONDS_PER_MINUTE : Number.NaN;
  return {
    backup: seconds(backupThresholdMinutes),
    copy: seconds(COPY_RUNS_MISSED * copyEveryMinutes),
    restore: seconds(restoreThresholdMinutes),
  };
}

/** As the plan sees them: usable files only, by the planner's own verdict on each. */
function pendingFiles({
  facts,
  ledger,
  variables,
}: PoolStatus): Readonly<Record<'copy' | 'restore', number>> {
  const known = (variable: string): boolean => (variables[variable]?.value ?? 'unknown') !== 'unknown';
  const copied =
    facts?.copyFolder.kind === 'value' ? facts.copyFolder.value.files.map(({ name }) => name) : [];
  const names = new Set(copied.map((name) => name.toLowerCase()));
  const usable = (ledger?.lines ?? []).filter(({ kind }) => kind === 'salvageable');
  const here = usable.filter(({ file }) => names.has((file ?? '').toLowerCase()));
  return {
    copy: known('share.uncopied') ? usable.length - here.length : Number.NaN,
    restore: known('copied.unapplied') ? here.length : Number.NaN,
  };
}

const byStage = (values: Readonly<Partial<Record<Stage, number>>>): readonly Sample[] =>
  Object.entries(values).map(([stage, value]) => ({ labels: { stage }, value }));

const NOT_SEEN: Readonly<Record<Stage, number>> = {
  backup: Number.NaN,
  copy: Number.NaN,
  restore: Number.NaN,
};

export function shippingSamples(
  status: PoolStatus,
  pool: DesiredPool,
): Readonly<Record<ShippingGauge, readonly Sample[]>> {
  const { facts } = status;
  return {
    pchat_log_shipping_lag_seconds: byStage(facts === null ? NOT_SEEN : lags(pool.topology, facts)),
    pchat_log_shipping_threshold_seconds: byStage(thresholdsSeconds(pool)),
    pchat_log_shipping_pending_files: byStage(pendingFiles(status)),
  };
}
