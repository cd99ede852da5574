/** Gathers what doctor judges by, everything in parallel and each with its deadline. Asks and looks; nothing on the estate is changed. */
import type { Settings } from '../desired-state/parse-settings.ts';
import type { Answer, DoctorEvidence, HeaderTry } from '../doctor/evidence.ts';
import { letsIn } from '../doctor/reach-checks.ts';
import { readHeaderThrough } from '../observers/header-try.ts';
import { observeInstanceCheckup } from '../observers/instance-checkup.ts';
import { observeInstanceSetup } from '../observers/instance-setup.ts';
import { newestFirst } from '../observers/log-chain.ts';
import { observePublishedPool } from '../observers/published-pool.ts';
import type { PoolObserver } from '../observers/observe-pool.ts';
import type { BackupFiles } from '../ports/backup-files.ts';
import type { Clock } from '../ports/clock.ts';
import type { ManagementShell } from '../ports/management-shell.ts';
import type { SqlInstances } from '../ports/sql-connection.ts';
import { toPoolError } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import {
  instancesOf,
  type DesiredPool,
  type InstanceName,
  type PoolTopology,
} from '../topology/pool-topology.ts';
import { gatherHost } from './gather-host.ts';
import { gatherRights } from './gather-rights.ts';

export interface DoctorPorts {
  readonly sql: SqlInstances;
  readonly shell: ManagementShell;
  readonly files: BackupFiles;
  readonly clock: Clock;
  readonly observer: PoolObserver;
}

export interface GatherOptions {
  readonly signal: AbortSignal;
  /** What of the desired state was refused. */
  readonly refused: readonly string[];
  /** One line when a part is done. */
  readonly onProgress: (text: string) => void;
}

/** Rejects only with PCO_CANCELLED. */
export async function gatherDoctor(
  settings: Settings,
  pool: DesiredPool,
  ports: DoctorPorts,
  options: GatherOptions,
): Promise<DoctorEvidence> {
  const [estate, host] = await Promise.all([
    gatherEstate(settings, pool, ports, options),
    tell(options, 'this computer', gatherHost(settings, pool.topology, ports, options)),
  ]);
  return { ...estate, host };
}

async function tell<T>({ onProgress }: GatherOptions, what: string, work: Promise<T>): Promise<T> {
  const done = await work;
  onProgress(what);
  return done;
}

/** All but this computer. Rejects only with PCO_CANCELLED. */
export async function gatherEstate(
  settings: Settings,
  pool: DesiredPool,
  ports: DoctorPorts,
  options: GatherOptions,
): Promise<Omit<DoctorEvidence, 'host'>> {
  const { topology, primarySite } = pool;
  const { signal } = options;
  const shellLimit = { signal, deadlineMs: settings.deadlines.shell };
  const [facts, published] = await Promise.all([
    tell(options, 'a round of observing', ports.observer.observe(topology, signal)),
    tell(options, 'the topology', answerOf(observePublishedPool(ports.shell, topology.poolFqdn, shellLimit))),
  ]);
  // Those that let nobody in would only be waited for again.
  const open = instancesOf(topology).filter(({ instance }) => letsIn(facts.instances[instance]));
  const limit = { signal, deadlineMs: settings.deadlines.instance };
  const holders = open.filter(({ part }) => part !== 'witness');
  const [checkups, setups, headerTry] = await tell(
    options,
    'instances one by one',
    Promise.all([
      ofEach(open, (instance) => observeInstanceCheckup(ports, instance, limit)),
      ofEach(holders, (instance) => observeInstanceSetup(ports.sql, instance, topology.chatDatabase, limit)),
      tryHeader(ports.sql, topology, facts, limit),
    ]),
  );
  const versions = new Map(
    [...checkups].flatMap(([instance, answer]) =>
      answer.kind === 'value' ? [[instance, answer.value.version] as const] : [],
    ),
  );
  const seen = { versions, facts };
  const rights = await tell(options, 'rights', gatherRights(settings, pool, ports.sql, seen, limit));
  signal.throwIfAborted();
  return { topology, primarySite, facts, published, checkups, setups, headerTry, rights };
}

async function ofEach<T>(
  members: readonly { readonly instance: InstanceName }[],
  ask: (instance: InstanceName) => Promise<T>,
): Promise<ReadonlyMap<InstanceName, Answer<T>>> {
  const answers = members.map(async ({ instance }) => [instance, await answerOf(ask(instance))] as const);
  return new Map(await Promise.all(answers));
}

async function answerOf<T>(work: Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: 'value', value: await work };
  } catch (error) {
    const { code, message } = toPoolError(error);
    return { kind: 'failed', code, reason: message };
  }
}

interface Limit {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

async function tryHeader(
  sql: SqlInstances,
  topology: PoolTopology,
  facts: PoolFacts,
  limit: Limit,
): Promise<HeaderTry> {
  const instance = topology.sites.backup.chat.primary;
  const answer = facts.instances[instance];
  const name = newestLogBackup(topology, facts);
  const file = name === undefined ? null : `${topology.logShipping.share.replace(/\\+$/, '')}\\${name}`;
  if (answer?.kind !== 'value' || file === null) return { instance, file, answer: null };
  const { version } = answer.value;
  return {
    instance,
    file,
    answer: await answerOf(readHeaderThrough(sql, { instance, version }, file, limit)),
  };
}

/** By the listing; where the daemon has none, by what the instances of home wrote last. */
function newestLogBackup(
  { logShipping, chatDatabase, sites }: PoolTopology,
  facts: PoolFacts,
): string | undefined {
  const isLog = (name: string): boolean => /\.trn$/i.test(name);
  if (facts.share.kind === 'value') {
    const logs = facts.share.value.files.filter(({ name }) => isLog(name));
    const newest = logs.toSorted(newestFirst)[0];
    if (newest !== undefined || logShipping.share !== facts.share.value.path) return newest?.name;
  }
  const { primary, mirror } = sites.home.chat;
  const written = [primary, mirror].flatMap((instance) => {
    const answer = instance === undefined ? undefined : facts.instances[instance];
    const row = answer?.kind === 'value' ? answer.value.shippingPrimary[chatDatabase] : undefined;
    return row?.lastBackupFile == null ? [] : [{ file: row.lastBackupFile, at: row.lastBackupAt ?? '' }];
  });
  return written
    .toSorted((a, b) => (a.at < b.at ? 1 : -1))[0]
    ?.file.split('\\')
    .at(-1);
}
