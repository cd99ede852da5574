/** What the parties of a site say themselves: its instances, asked by a batch, and its chat servers, asked through the shell. Pure. */
import type { Sign } from '../../topology/evidence.ts';
import type { DatabaseFacts, InstanceFacts, PoolFacts } from '../../topology/pool-facts.ts';
import { instancesOf, type DesiredPool, type Site } from '../../topology/pool-topology.ts';

type Unknown = Extract<PoolFacts['instances'][string], { kind: 'unknown' }>;

/** Codes of a read that nobody answered. */
const SILENCES: ReadonlySet<string> = new Set(['PCO_INSTANCE_UNREACHABLE', 'PCO_INSTANCE_TIMEOUT']);
/** The same of a chat server, which is asked through the management shell. */
const SERVER_SILENCES: ReadonlySet<string> = new Set([...SILENCES, 'PCO_COMPUTER_UNREACHABLE']);
/** Codes of a read that an instance did answer, though not with facts. */
const SIGNS_OF_LIFE: Readonly<Record<string, string>> = {
  PCO_LOGIN_FAILED: 'answers and refuses the login',
  PCO_CERTIFICATE_REFUSED: 'answers without TLS or with a certificate that is not trusted',
  PCO_SQL_ERROR: 'answers with an error',
  PCO_PERMISSION_DENIED: 'answers and denies a right to the login',
  PCO_UNEXPECTED_ANSWER: 'answers in a form that is not understood',
};
const DAMAGED: readonly string[] = ['SUSPECT', 'RECOVERY_PENDING', 'EMERGENCY'];

/**
 * ms of a silence that counts. Not asked, asked in vain for a reason of our own, or asked once only, on a connection that may have
 * died by itself: no silence of the source, however long it lasts.
 */
const countedMs = (unknown: Unknown | undefined, silences: ReadonlySet<string>): number =>
  unknown !== undefined && silences.has(unknown.code) && unknown.askedOnce !== true ? unknown.silentForMs : 0;

const ONCE = '; asked once, a fresh connection has not been tried yet';

/** The fence's own OFFLINE comes right after a full backup to the quarantine folder of the site. */
function closedByFence({ backups }: InstanceFacts, quarantineFolder: string): boolean {
  const last = backups.at(-1);
  return last?.type === 'full' && last.path.toLowerCase().startsWith(`${quarantineFolder.toLowerCase()}\\`);
}

/** undefined: nothing is wrong with it, as far as its state tells. */
function damageOf(
  { topology }: DesiredPool,
  site: Site,
  instance: InstanceFacts,
  database: DatabaseFacts | undefined,
): string | undefined {
  const { state } = database ?? { state: 'ABSENT' };
  if (DAMAGED.includes(state)) return `answers; its ${topology.chatDatabase} is ${state}`;
  const { quarantineFolder } = topology.sites[site];
  if (state !== 'OFFLINE' || closedByFence(instance, quarantineFolder)) return undefined;
  return `answers; its ${topology.chatDatabase} is OFFLINE, and no backup in ${quarantineFolder} says that a fence closed it`;
}

function instanceSign(pool: DesiredPool, facts: PoolFacts, site: Site, instance: string): Sign {
  const observed = facts.instances[instance];
  const own = { source: instance, about: instance, way: 'probe' } as const;
  if (observed?.kind === 'value') {
    const damage = damageOf(pool, site, observed.value, observed.value.databases[pool.topology.chatDatabase]);
    const says = damage === undefined ? 'alive' : 'damaged';
    return { ...own, says, detail: damage ?? 'answers', forMs: observed.ageMs };
  }
  const life = SIGNS_OF_LIFE[observed?.code ?? ''];
  if (life !== undefined) return { ...own, says: 'alive', detail: life, forMs: observed?.silentForMs ?? 0 };
  const detail = `${observed?.reason ?? 'not observed'}${observed?.askedOnce === true ? ONCE : ''}`;
  return { ...own, says: 'silent', detail, forMs: countedMs(observed, SILENCES) };
}

export const instanceSigns = (pool: DesiredPool, facts: PoolFacts, site: Site): Sign[] =>
  instancesOf(pool.topology)
    .filter((party) => party.site === site)
    .map(({ instance }) => instanceSign(pool, facts, site, instance));

/**
 * UpToDate alone is no sign of life: the store keeps it for a server that died with the replica it had. Only an answer of
 * the server itself counts. A shell that failed itself, or answered without the server, has asked nobody.
 */
export const chatServerSigns = (pool: DesiredPool, facts: PoolFacts, site: Site): Sign[] =>
  pool.topology.sites[site].servers.map((server) => {
    const observed = facts.chatServers[server];
    const own = observed?.kind === 'value' ? observed.value : undefined;
    const party = { source: server, about: server, way: 'shell' } as const;
    if (own !== undefined && (own.localPoolState !== 'unknown' || own.chatService !== 'unknown'))
      return { ...party, says: 'alive', detail: 'answers through the management shell', forMs: 0 };
    const unknown = observed?.kind === 'unknown' ? observed : undefined;
    const forMs = countedMs(unknown, SERVER_SILENCES);
    return { ...party, says: 'silent', detail: 'not seen through the management shell', forMs };
  });
