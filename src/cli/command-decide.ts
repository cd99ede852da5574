/**
 * What people decide: approve, attest, accept-loss, decide --keep, cancel, suspend, resume. Sent to the daemon; without a daemon the
 * command takes the lease and appends the decision to the journal itself; an approval takes one look for the present plan.
 */
import type { Command } from 'commander';
import type { Present } from '../daemon/decisions.ts';
import type { Settings } from '../desired-state/parse-settings.ts';
import type { JournalRecord } from '../ports/journal.ts';
import type { DecisionRequest } from '../reconciler/pool-status.ts';
import { PoolError } from '../topology/pool-error.ts';
import { SITES, type Site } from '../topology/pool-topology.ts';
import { byPerson, expiryOf, namedPerson, personOf, type PersonOptions } from './by-person.ts';
import { print } from './command-options.ts';
import { reachedBy, type DaemonClient, type SignedRecord, type Unsigned } from './daemon-client.ts';
import type { PoolAtRest } from './without-daemon.ts';

interface MeantPool {
  readonly pool: string;
  /** As far as they are known; the words home and backup are always understood. */
  readonly datacenters: Readonly<Partial<Record<Site, string>>>;
}

/** What a person decides, without who, why and until when. */
type Wanted = DecisionRequest extends infer R
  ? R extends DecisionRequest
    ? Omit<R, 'by' | 'reason' | 'expiresAt'>
    : never
  : never;

/** An attestation always ends; a sign of life ends it earlier. */
const ATTESTED_FOR = '24h';

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
      .option('--instance <name>', 'only this instance of it, as the desired state names it')
      .option('--pool <name>', 'only for this pool'),
  ).action(
    (datacenter: string, options: PersonOptions & { readonly pool?: string; readonly instance?: string }) =>
      decide({ ...options, expires: options.expires ?? ATTESTED_FOR }, (pools) =>
        pools
          .filter((pool) => options.pool === undefined || pool.pool === options.pool)
          .filter((pool) => siteOf(pool, datacenter) !== undefined)
          .map((pool) => ({
            pool: pool.pool,
            decision: 'attest-down',
            site: requireSite(pool, datacenter),
            ...(options.instance === undefined ? {} : { instance: options.instance }),
          })),
      ),
  );
  byPerson(
    program
      .command('accept-loss')
      .description('accept a loss of chat history for the present generation')
      .argument('<pool>')
      .option('--minutes <number>', 'at most this many minutes', toMinutes)
      .option('--unbounded', 'whatever it is, also where nobody can tell'),
  ).action((pool: string, options: PersonOptions & AcceptedLoss) =>
    decide(options, () => [{ pool, decision: 'accept-loss', lossMinutes: acceptedLoss(options) }]),
  );
  byPerson(
    program
      .command('decide')
      .description('both copies were written, or one is damaged: name the one to keep')
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

interface AcceptedLoss {
  readonly minutes?: number;
  readonly unbounded?: true;
}

function acceptedLoss({ minutes, unbounded }: AcceptedLoss): number | null {
  if ((minutes === undefined) !== (unbounded === undefined)) return minutes ?? null;
  throw new PoolError('PCO_USAGE', 'say how much: either --minutes or --unbounded');
}

function toMinutes(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0)
    throw new PoolError('PCO_USAGE', `${text} is no number of minutes`);
  return value;
}

const siteOf = ({ datacenters }: MeantPool, datacenter: string): Site | undefined =>
  SITES.find((site) => datacenters[site] === datacenter || site === datacenter);

function requireSite(pool: MeantPool, datacenter: string): Site {
  const site = siteOf(pool, datacenter);
  if (site !== undefined) return site;
  throw new PoolError('PCO_USAGE', `${pool.pool} has no datacenter ${datacenter}`);
}

function requirePool<T extends MeantPool>(pools: readonly T[], name: string): T {
  const pool = pools.find((candidate) => candidate.pool === name);
  if (pool !== undefined) return pool;
  throw new PoolError('PCO_USAGE', `there is no pool ${name}`, {
    hint: `there is ${pools.length === 0 ? 'none' : pools.map((known) => known.pool).join(', ')}`,
  });
}

async function decide(options: PersonOptions, toWanted: ToWanted): Promise<void> {
  const expiresAt = await expiryOf(options);
  const by = personOf(options);
  const requestsBy =
    <B>(person: B) =>
    (pools: readonly MeantPool[]) => {
      const wanted = toWanted(pools);
      if (wanted.length === 0) throw new PoolError('PCO_USAGE', 'no pool of the desired state is meant');
      return wanted.map((one) => ({ ...one, by: person, reason: options.reason, expiresAt }));
    };
  const { daemon, settings } = await reachedBy(options);
  const { requests, records } = await (daemon === undefined
    ? decideAlone(settings, requestsBy(namedPerson(options)))
    : decideThrough(daemon, requestsBy(by)));
  print(options, records, () =>
    requests
      .map((r, index) => `${r.pool}: ${r.decision} by ${records[index]?.by ?? ''} is recorded`)
      .join('\n'),
  );
}

type ToWanted = (pools: readonly MeantPool[]) => readonly Wanted[];
type ToRequests<R> = (pools: readonly MeantPool[]) => readonly R[];
interface Decided {
  readonly requests: readonly Unsigned<DecisionRequest>[];
  /** One for each request. */
  readonly records: readonly SignedRecord[];
}

/** The daemon knows its pools, also while the desired state cannot be read. */
async function decideThrough(
  daemon: DaemonClient,
  toRequests: ToRequests<Unsigned<DecisionRequest>>,
): Promise<Decided> {
  const requests = toRequests((await daemon.status()).pools);
  const records = await Promise.all(requests.map((request) => daemon.decide(request)));
  return { requests, records };
}

const UNSEEN = { plan: null, ledger: null };

/** One look of its own; a silence that only a daemon has watched for long enough leaves the plan blocked. */
async function presentPlan(
  settings: Settings,
  { desired }: PoolAtRest,
  records: readonly JournalRecord[],
): Promise<Omit<Present, 'generation'>> {
  if (desired === undefined) return UNSEEN;
  const { lookOnce } = await import('./look-once.ts');
  const { saidOf, standingDecisions } = await import('../daemon/decisions.ts');
  const { decidePool } = await import('../reconciler/decide-pool.ts');
  const { ALONE } = await import('../reconciler/gates/gate-input.ts');
  const { historyOf } = await import('../reconciler/gates/pool-history.ts');
  const [look] = await lookOnce(settings, [desired]);
  if (look === undefined) return UNSEEN;
  const { facts, nowMs } = look;
  const { topology, generation } = desired;
  const decisions = standingDecisions(records, topology.name);
  const surroundings = { ...ALONE, history: historyOf(records, topology.name, generation) };
  const { plan, ledger, reduction } = decidePool(desired, facts, decisions, nowMs, surroundings);
  const { vector } = reduction;
  return {
    plan,
    ledger,
    ...saidOf({ pool: desired, plan, vector, ledger, decisions, surroundings, nowMs }),
  };
}

async function decideAlone(settings: Settings, toRequests: ToRequests<DecisionRequest>): Promise<Decided> {
  const { withoutDaemon } = await import('./without-daemon.ts');
  const { toDecision } = await import('../daemon/decisions.ts');
  return withoutDaemon(settings, async ({ journal, pools }) => {
    const requests = toRequests(pools);
    const records: SignedRecord[] = [];
    for (const request of requests) {
      const pool = requirePool(pools, request.pool);
      const asked = request.decision === 'approve';
      const present = asked ? await presentPlan(settings, pool, journal.records()) : UNSEEN;
      const { generation, desired } = pool;
      const decision = toDecision(request, { generation, topology: desired?.topology, ...present });
      records.push({ ...(await journal.append({ kind: 'decision', ...decision })), by: decision.by });
    }
    return { requests, records };
  });
}
