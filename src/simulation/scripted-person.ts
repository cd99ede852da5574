/**
 * The administrator of a liveness run: looks at the pool now and then and does what the product names, no more. Attests only
 * what is true, and decides for the copy that the product offers first.
 */
import type { DecisionRequest, PoolStatus } from '../reconciler/pool-status.ts';
import { toPoolError } from '../topology/pool-error.ts';
import type { Site } from '../topology/pool-topology.ts';
import type { EstateState } from '../simulator/estate/estate-state.ts';

export const ALICE = { by: 'alice', reason: 'looked at it', expiresAt: null };
const HOUR_MS = 3_600_000;
/** More than any loss of a run: the person has read the ledger and accepts it. */
const ANY_LOSS_MINUTES = 100_000;

export interface PersonDid {
  readonly what: string;
  readonly keeps?: Site;
}

function siteNamed(status: PoolStatus, datacenter: string): Site | undefined {
  if (datacenter === status.datacenters.home) return 'home';
  return datacenter === status.datacenters.backup ? 'backup' : undefined;
}

/** What the person can see and do beside the daemon. */
export interface PersonsWorld {
  readonly state: EstateState;
  readonly clock: { now(): number };
  readonly estate: { fault(command: string): void };
}

/** Where decisions go. */
export interface DecisionDesk {
  decide(request: DecisionRequest): Promise<unknown>;
}

const isDown = ({ state }: PersonsWorld, site: Site, instance: string | undefined): boolean =>
  !state.sites[site].up || (instance !== undefined && state.hosts[instance]?.stopped === true);

/** What a command that an obstacle names comes to; undefined: nothing that this person can or may do. */
function answerTo(wayOut: string, status: PoolStatus, world: PersonsWorld): DecisionRequest | undefined {
  const { pool } = status;
  const keep = /pchat decide \S+ --keep (\S+)$/.exec(wayOut)?.[1];
  const kept = keep === undefined ? undefined : siteNamed(status, keep);
  if (kept !== undefined) return { pool, ...ALICE, decision: 'keep', site: kept };
  const [, attested, instance] = /pchat attest (\S+) --down(?: --instance ([^\s,]+))?/.exec(wayOut) ?? [];
  const site = attested === undefined ? undefined : siteNamed(status, attested);
  if (site === undefined || !isDown(world, site, instance)) return undefined;
  const expiresAt = new Date(world.clock.now() + HOUR_MS).toISOString();
  return {
    pool,
    ...ALICE,
    expiresAt,
    decision: 'attest-down',
    site,
    ...(instance === undefined ? {} : { instance }),
  };
}

function gateAnswer(status: PoolStatus): DecisionRequest | undefined {
  const { gate, pool } = status;
  if (gate?.kind !== 'await-approval') return undefined;
  if (gate.code === 'LossAboveBound')
    return { pool, ...ALICE, decision: 'accept-loss', lossMinutes: ANY_LOSS_MINUTES };
  return { pool, ...ALICE, decision: 'approve' };
}

/** Does one thing, if one is asked for. */
export async function actAsPerson(
  daemon: DecisionDesk,
  status: PoolStatus,
  world: PersonsWorld,
): Promise<PersonDid | undefined> {
  const obstacles = status.plan?.kind === 'blocked' ? status.plan.obstacles : [];
  if (obstacles.some(({ wayOut }) => wayOut.startsWith('Invoke-CsManagementServerFailover'))) {
    world.estate.fault('cms writable');
    return { what: 'Invoke-CsManagementServerFailover' };
  }
  const [asked] = obstacles.flatMap(({ wayOut }) => answerTo(wayOut, status, world) ?? []);
  const stalled = status.state === 'stalled';
  const answer =
    asked ??
    gateAnswer(status) ??
    (stalled ? { pool: status.pool, ...ALICE, decision: 'resume' } : undefined);
  if (answer === undefined) return undefined;
  try {
    await daemon.decide(answer);
  } catch (error) {
    return { what: `${answer.decision} refused: ${toPoolError(error).message}` };
  }
  return answer.decision === 'keep'
    ? { what: `keep ${answer.site}`, keeps: answer.site }
    : { what: answer.decision };
}
