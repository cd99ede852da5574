/**
 * Prometheus metrics of the daemon, as metric-table.ts declares them. Every series of a pool exists from the moment that the pool is
 * added and goes away with it; its gauges follow the status as a whole, so that none is left over from an older one.
 */
import type { Registry } from 'prom-client';
import type { DesiredEvent } from '../ports/desired-source.ts';
import type { HookResult } from '../ports/git-hook.ts';
import { SOURCE_REASONS, type SourceView } from '../reconciler/pool-status.ts';
import { ACTION_IDS } from '../reconciler/step-id.ts';
import { RECEIVER_KINDS, type ReceiverKind } from '../topology/notice-event.ts';
import type { PoolTopology } from '../topology/pool-topology.ts';
import type { Report } from './commit-reporter.ts';
import type { RequestCounter } from './counted-ports.ts';
import { instanceParts, type InstancePart } from './instance-parts.ts';
import { Instruments, PoolSeries } from './instruments.ts';
import type { LoopMetrics } from './loop-metrics.ts';
import {
  CONNECTIONS,
  FILE_OPERATIONS,
  HOOK_RESULTS,
  NOTIFIED,
  REPORTS,
  RESULTS,
  SOURCES,
  STANDINGS,
} from './metric-labels.ts';
import { oneOf, yesNo, type Sample } from './metric-sample.ts';
import type { PoolGauge } from './metric-table.ts';
import { poolSamples } from './pool-samples.ts';
import { unknownAnswers } from './sight-samples.ts';

export interface MetricsOptions {
  readonly version: string;
  /** Version of Node.js. */
  readonly node: string;
  readonly epoch: number;
}

export interface DaemonMetrics extends LoopMetrics {
  readonly registry: Registry;
  readonly requests: RequestCounter;
  hook(result: HookResult): void;
  /** The HTTP interface serves a certificate that ends then, ms since 1970. */
  certificate(endsAtMs: number): void;
  commitStatus(report: Report): void;
  notified(receiver: ReceiverKind, notification: (typeof NOTIFIED)[number]): void;
}

interface AddedPool {
  readonly series: PoolSeries;
  topology: PoolTopology | undefined;
  parts: readonly InstancePart[];
}

const MS_PER_SECOND = 1_000;

function addPool(instruments: Instruments, name: string): AddedPool {
  const series = new PoolSeries(instruments, name);
  const outcomes = ACTION_IDS.flatMap((action) => RESULTS.map((result) => ({ action, result })));
  series.existCounters('pchat_rounds_total', [{}]);
  series.existCounters(
    'pchat_unknown_answers_total',
    SOURCES.map((source) => ({ source })),
  );
  series.existCounters('pchat_steps_total', outcomes);
  series.existHistograms(
    'pchat_step_duration_seconds',
    ACTION_IDS.map((action) => ({ action })),
  );
  series.existHistograms('pchat_observation_duration_seconds', [{}]);
  return { series, topology: undefined, parts: [] };
}

/** The instances of a pool may change with its desired state. */
function declare(pool: AddedPool, topology: PoolTopology): void {
  if (pool.topology === topology) return;
  pool.topology = topology;
  pool.parts = instanceParts(topology);
  pool.series.existCounters(
    'pchat_instance_requests_total',
    pool.parts.flatMap(({ site, part }) => CONNECTIONS.map((connection) => ({ site, part, connection }))),
  );
}

/** An instance that two pools declare counts for the one that was added first. */
function countRequests(instruments: Instruments, pools: ReadonlyMap<string, AddedPool>): RequestCounter {
  const shell = instruments.counter('pchat_shell_requests_total');
  const folder = instruments.counter('pchat_folder_requests_total');
  const instances = instruments.counter('pchat_instance_requests_total');
  shell.inc(0);
  for (const operation of FILE_OPERATIONS) folder.inc({ operation }, 0);
  return {
    shell: () => {
      shell.inc();
    },
    folder: (operation) => {
      folder.inc({ operation });
    },
    instance: (instance, connection) => {
      for (const [pool, { parts }] of pools) {
        const found = parts.find((one) => one.instance === instance);
        if (found === undefined) continue;
        instances.inc({ pool, site: found.site, part: found.part, connection });
        return;
      }
    },
  };
}

function followDesiredState(instruments: Instruments): (event: DesiredEvent) => void {
  const valid = instruments.gauge('pchat_desired_state_valid');
  const reachable = instruments.gauge('pchat_desired_state_reachable');
  valid.set(0);
  reachable.set(0);
  return ({ kind, findings }) => {
    reachable.set(yesNo(kind !== 'unreachable'));
    if (kind !== 'unreachable') valid.set(yesNo(kind === 'accepted' && findings.length === 0));
  };
}

function followSource(instruments: Instruments): (source: SourceView) => void {
  const current = instruments.gauge('pchat_desired_state_current');
  const appliedAt = instruments.gauge('pchat_desired_state_applied_timestamp_seconds');
  const revision = instruments.gauge('pchat_desired_state_revision_info');
  appliedAt.set(0);
  for (const { labels, value } of oneOf('reason', SOURCE_REASONS, 'NotRead')) current.set(labels, value);
  return (source) => {
    for (const { labels, value } of oneOf('reason', SOURCE_REASONS, source.condition.reason))
      current.set(labels, value);
    appliedAt.set(source.appliedAt === null ? 0 : Date.parse(source.appliedAt) / MS_PER_SECOND);
    revision.reset();
    for (const standing of STANDINGS) revision.set({ standing, revision: source[standing] ?? '' }, 1);
  };
}

export function createMetrics({ version, node, epoch }: MetricsOptions): DaemonMetrics {
  const instruments = new Instruments();
  const pools = new Map<string, AddedPool>();
  instruments.gauge('pchat_build_info').set({ version, node }, 1);
  instruments.gauge('pchat_lease_epoch').set(epoch);
  const reports = instruments.counter('pchat_commit_statuses_total');
  for (const report of REPORTS) reports.inc({ report }, 0);
  const hooks = instruments.counter('pchat_git_hooks_total');
  for (const delivery of HOOK_RESULTS) hooks.inc({ delivery }, 0);
  const notices = instruments.counter('pchat_notifications_total');
  for (const receiver of RECEIVER_KINDS)
    for (const notification of NOTIFIED) notices.inc({ receiver, notification }, 0);
  const certificate = instruments.gauge('pchat_http_certificate_expiry_timestamp_seconds');
  certificate.set(NaN);
  return {
    registry: instruments.registry,
    requests: countRequests(instruments, pools),
    desiredState: followDesiredState(instruments),
    sourceChanged: followSource(instruments),
    progressed: () => undefined,
    commitStatus: (report) => {
      reports.inc({ report });
    },
    notified: (receiver, notification) => {
      notices.inc({ receiver, notification });
    },
    certificate: (endsAtMs) => {
      certificate.set(endsAtMs / MS_PER_SECOND);
    },
    hook: (delivery) => {
      hooks.inc({ delivery });
    },
    poolAdded: (pool) => {
      pools.set(pool, addPool(instruments, pool));
    },
    poolRemoved: (pool) => {
      pools.get(pool)?.series.removeAll();
      pools.delete(pool);
    },
    observed: (facts, tookMs) => {
      const { pool } = facts;
      if (!pools.has(pool)) return;
      instruments.counter('pchat_rounds_total').inc({ pool });
      instruments.histogram('pchat_observation_duration_seconds').observe({ pool }, tookMs / MS_PER_SECOND);
      for (const [source, count] of Object.entries(unknownAnswers(facts)))
        instruments.counter('pchat_unknown_answers_total').inc({ pool, source }, count);
    },
    stepEnded: (pool, { step: { action }, result, durationMs }) => {
      if (!pools.has(pool)) return;
      instruments.counter('pchat_steps_total').inc({ pool, action, result });
      instruments
        .histogram('pchat_step_duration_seconds')
        .observe({ pool, action }, durationMs / MS_PER_SECOND);
    },
    statusChanged: (status, desired) => {
      const pool = pools.get(status.pool);
      if (pool === undefined) return;
      declare(pool, desired.topology);
      const gauges = Object.entries(poolSamples(status, desired)) as [PoolGauge, readonly Sample[]][];
      for (const [name, samples] of gauges) pool.series.setGauge(name, samples);
    },
  };
}
