/**
 * What people decide: approve, attest, accept-loss, decide --keep, cancel, suspend, resume. Sent to the daemon; without a daemon the
 * command takes the lease and appends the decision to the journal itself (an approval needs the daemon's present plan).
 */
import { Option, type Command } from 'commander';
import type { Settings } from '../desired-state/parse-settings.ts';
import type { DecisionRequest } from '../reconciler/pool-status.ts';
import { PoolError } from '../topology/pool-error.ts';
import { SITES, type DesiredPool, type Site } from '../topology/pool-topology.ts';
import { loadSettings, print, withSettings, type SettingsOptions } from './command-options.ts';
import { findDaemon } from './daemon-client.ts';

interface PersonOptions extends SettingsOptions {
  readonly as: string;
  readonly reason: string;
  readonly expires?: string;
}

/** What a person decides, without who, why and until when. */
type Wanted = DecisionRequest extends infer R
  ? R extends DecisionRequest
    ? Omit<R, 'by' | 'reason' | 'expiresAt'>
    : never
  : never;

/** An attestation always ends; a sign of life ends it earlier. */
const ATTESTED_FOR = '24h';

const byPerson = (command: Command): Command =>
  withSettings(command)
    .requiredOption('--as <name>', 'who decides')
    .requiredOption('--reason <text>', 'why; it is kept in the journal')
    .addOption(new Option('--expires <duration>', 'the decision ends after this long, for example 4h'));

export function register(program: Command): void {
  byPerson(
    program.command('approve').description('approve the present plan of a pool').argument('<pool>'),
  ).action((pool: string, options: PersonOptions) => decide(options, () => [{ pool, decision: 'approve' }]));
  byPerson(
    program
      .command('attest')
      .description(
        `attest, by name, that a datacenter is down, for ${ATTESTED_FOR} unless --expires says otherwise; a sign of life voids it`,
      )
      .argument('<datacenter>')
      .requiredOption('--down', 'what is attested')
      .option('--pool <name>', 'only for this pool'),
  ).action((datacenter: string, options: PersonOptions & { readonly pool?: string }) =>
    decide({ ...options, expires: options.expires ?? ATTESTED_FOR }, (pools) =>
      pools
        .filter((pool) => options.pool === undefined || pool.topology.name === options.pool)
        .filter((pool) => siteOf(pool, datacenter) !== undefined)
        .map((pool) => ({
          pool: pool.topology.name,
          decision: 'attest-down',
          site: requireSite(pool, datacenter),
        })),
    ),
  );
  byPerson(
    program
      .command('accept-loss')
      .description('accept a loss of chat history for the present generation')
      .argument('<pool>')
      .requiredOption('--minutes <number>', 'at most this many minutes', toMinutes),
  ).action((pool: string, options: PersonOptions & { readonly minutes: number }) =>
    decide(options, () => [{ pool, decision: 'accept-loss', lossMinutes: options.minutes }]),
  );
  byPerson(
    program
      .command('decide')
      .description('both copies were written: name the one to keep')
      .argument('<pool>')
      .requiredOption('--keep <datacenter>', 'its copy is kept'),
  ).action((name: string, options: PersonOptions & { readonly keep: string }) =>
    decide(options, (pools) => [
      { pool: name, decision: 'keep', site: requireSite(requirePool(pools, name), options.keep) },
    ]),
  );
  for (const [decision, description] of HOLDS)
    byPerson(program.command(decision).description(description).argument('<pool>')).action(
      (pool: string, options: PersonOptions) => decide(options, () => [{ pool, decision }]),
    );
}

const HOLDS = [
  [
    'cancel',
    'stop the transition under way before its next step; holds until resume, --expires or a new edit',
  ],
  ['suspend', 'plan and report, but start no step'],
  ['resume', 'act again, after suspend or cancel'],
] as const;

function toMinutes(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0)
    throw new PoolError('PCO_USAGE', `${text} is no number of minutes`);
  return value;
}

const siteOf = (pool: DesiredPool, datacenter: string): Site | undefined =>
  SITES.find((site) => pool.topology.sites[site].datacenter === datacenter || site === datacenter);

function requireSite(pool: DesiredPool, datacenter: string): Site {
  const site = siteOf(pool, datacenter);
  if (site !== undefined) return site;
  throw new PoolError('PCO_USAGE', `${pool.topology.name} has no datacenter ${datacenter}`);
}

function requirePool(pools: readonly DesiredPool[], name: string): DesiredPool {
  const pool = pools.find((candidate) => candidate.topology.name === name);
  if (pool !== undefined) return pool;
  throw new PoolError('PCO_USAGE', `the desired state declares no pool ${name}`);
}

async function decide(
  options: PersonOptions,
  toWanted: (pools: readonly DesiredPool[]) => readonly Wanted[],
): Promise<void> {
  const settings = await loadSettings(options);
  const { hostClock } = await import('../daemon/host/host-clock.ts');
  const pools = await desiredPools(settings);
  const wanted = toWanted(pools);
  if (wanted.length === 0) throw new PoolError('PCO_USAGE', 'no pool of the desired state is meant');
  const expiresAt = await expiry(options.expires, hostClock.now());
  const requests = wanted.map((one) => ({ ...one, by: options.as, reason: options.reason, expiresAt }));
  const daemon = await findDaemon(settings.journal.directory);
  const records =
    daemon === undefined
      ? await appendAlone(settings, pools, requests)
      : await Promise.all(requests.map((request) => daemon.decide(request)));
  print(options, records, () =>
    requests.map((r) => `${r.pool}: ${r.decision} by ${r.by} is recorded`).join('\n'),
  );
}

async function desiredPools(settings: Settings): Promise<readonly DesiredPool[]> {
  const { readDesiredState } = await import('../desired-state/desired-source.ts');
  return (await readDesiredState(settings.desiredState, new AbortController().signal)).pools;
}

async function expiry(text: string | undefined, now: number): Promise<string | null> {
  if (text === undefined) return null;
  const { durationMs } = await import('../desired-state/duration-text.ts');
  const ms = durationMs(text);
  if (ms === undefined) throw new PoolError('PCO_USAGE', `--expires ${text}: expected a duration such as 4h`);
  return new Date(now + ms).toISOString();
}

async function appendAlone(
  settings: Settings,
  pools: readonly DesiredPool[],
  requests: readonly DecisionRequest[],
): Promise<unknown[]> {
  const { acquireLease } = await import('../daemon/lease.ts');
  const { lastEpochOf, openJournal } = await import('../daemon/journal.ts');
  const { toDecision } = await import('../daemon/decisions.ts');
  const { knownPoolsOf } = await import('../daemon/known-pools.ts');
  const { hostClock } = await import('../daemon/host/host-clock.ts');
  const lease = acquireLease(settings.journal.directory, await lastEpochOf(settings.journal.directory));
  try {
    const journal = await openJournal(settings.journal.directory, hostClock, lease.epoch);
    try {
      const known = knownPoolsOf(journal.records());
      const records: unknown[] = [];
      for (const request of requests) {
        const { generation } = known.get(request.pool) ?? requirePool(pools, request.pool);
        const decision = toDecision(request, { generation, plan: null, ledger: null });
        records.push(await journal.append({ kind: 'decision', ...decision }));
      }
      return records;
    } finally {
      await journal.close();
    }
  } finally {
    await lease.release();
  }
}
