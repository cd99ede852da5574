/** The management shell: does it answer, which cmdlets does it let us call, is the store writable, does the topology agree. */
import { isKnown } from '../topology/known.ts';
import type { PublishedStores } from '../observers/published-pool.ts';
import { SITES, type Site, type SqlStore } from '../topology/pool-topology.ts';
import type { DoctorEvidence } from './evidence.ts';
import { error, ok, unknown, warning, type Mend, type Verdict } from './finding.ts';
import { DESIRED, HERE, MANAGEMENT_SHELL, poolParty, SETTINGS, SHELL } from './parties.ts';

const MENDS: Readonly<Record<string, Mend>> = {
  PCO_SHELL_MODULE_MISSING: {
    on: 'host of the shell',
    command: 'Get-Module -ListAvailable SkypeForBusiness',
  },
  PCO_SHELL_NOT_ELEVATED: { on: 'host of the shell', command: 'Start-Process powershell -Verb RunAs' },
  PCO_SSH_HOST_KEY_UNKNOWN: { on: HERE, command: 'ssh-keyscan HOST >> KNOWN-HOSTS-FILE' },
  PCO_SSH_HOST_KEY_CHANGED: { on: HERE, command: 'ssh-keygen -R HOST -f KNOWN-HOSTS-FILE' },
  PCO_SSH_AUTH_REFUSED: { on: SETTINGS, command: 'shell: {ssh: {user: USER, keyFile: FILE}}' },
};
/** The shell itself is out of reach; other codes are answers of a cmdlet. */
const isSilence = (code: string): boolean => /^PCO_(SHELL|SSH)_/.test(code) && code !== 'PCO_SHELL_PROMPT';

const silent = ({ facts: { poolState } }: DoctorEvidence): boolean =>
  poolState.kind === 'unknown' && isSilence(poolState.code);

export function shellAnswers(evidence: DoctorEvidence): readonly Verdict[] {
  const { poolState } = evidence.facts;
  if (evidence.host.shellChannel === 'none')
    return [
      error(SHELL, 'the settings name no management shell: the pool state is unknown', {
        on: SETTINGS,
        command: 'shell: {local: {}}',
      }),
    ];
  if (poolState.kind === 'unknown' && isSilence(poolState.code))
    return [error(SHELL, poolState.reason, MENDS[poolState.code] ?? { on: HERE, command: 'pchat observe' })];
  return [ok(SHELL, `it answers (${evidence.host.shellChannel})`)];
}

const UNASKED: Verdict = unknown(SHELL, 'not asked: the management shell does not answer');
const whoMay = (cmdlet: string): Mend => ({
  on: MANAGEMENT_SHELL,
  command: `Get-CsAdminRole | Where-Object {$_.Cmdlets -match "${cmdlet}\\b"}`,
});

/** Get-CsService, Get-CsPool, Get-CsPersistentChatState: tried. What changes something is not tried. */
export function cmdlets(evidence: DoctorEvidence): readonly Verdict[] {
  if (silent(evidence)) return [UNASKED];
  const { published, facts } = evidence;
  const failed = [
    ...(facts.poolState.kind === 'unknown' ? [facts.poolState] : []),
    ...(published.kind === 'failed' && published.code !== 'PCO_USAGE' ? [published] : []),
  ];
  const [first] = failed;
  if (first === undefined)
    return [ok(SHELL, 'Get-CsService, Get-CsPool and Get-CsPersistentChatState answer')];
  const cmdlet = /\b(?:Get|Set)-Cs\w+/.exec(first.reason)?.[0] ?? 'Get-CsPersistentChatState';
  return [error(SHELL, first.reason, whoMay(cmdlet))];
}

/** A local Management Shell enforces no roles, a remote session does; which role holds which cmdlet is unverified (skype reference 4.15). */
export function shellRole({ host: { shellChannel } }: DoctorEvidence): readonly Verdict[] {
  if (shellChannel === 'none') return [UNASKED];
  if (shellChannel !== 'remoting')
    return [
      ok(
        SHELL,
        'no role is enforced on this way; membership in RTCUniversalServerAdmins cannot be asked by a look',
      ),
    ];
  return [
    unknown(
      SHELL,
      'whether a role of this account holds the cmdlets that change cannot be asked without changing something',
      whoMay('Set-CsPersistentChatState'),
    ),
  ];
}

export function centralManagement(evidence: DoctorEvidence): readonly Verdict[] {
  if (silent(evidence)) return [UNASKED];
  const { poolState } = evidence.facts;
  const store = poolState.kind === 'value' ? poolState.value.centralManagement : 'unknown';
  if (!isKnown(store))
    return [
      unknown(SHELL, 'the state of the Central Management Store is not told', {
        on: MANAGEMENT_SHELL,
        command: 'Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus',
      }),
    ];
  return [
    store === 'writable'
      ? ok(SHELL, 'the Central Management Store is writable')
      : error(SHELL, 'the Central Management Store is read-only: every cmdlet that changes is refused', {
          on: MANAGEMENT_SHELL,
          command: 'Invoke-CsManagementServerFailover',
        }),
  ];
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
const missingIn = (names: readonly string[], others: readonly string[]): readonly string[] =>
  names.filter((name) => !others.some((other) => same(name, other)));

/** Backup* properties stand in no working script (skype reference 9): what the topology does not say is no difference. */
function storeDifferences(
  what: string,
  declared: SqlStore | undefined,
  stores: PublishedStores | undefined,
  site: Site,
): readonly string[] {
  if (declared === undefined || stores === undefined) return [];
  const [primary, mirror] =
    site === 'home' ? [stores.primary, stores.mirror] : [stores.backup, stores.backupMirror];
  const differs = (part: string, wanted: string | undefined, found: string | undefined): readonly string[] =>
    found === undefined || (wanted !== undefined && same(wanted, found))
      ? []
      : [`${what} ${part} of ${site}: declared ${wanted ?? 'none'}, the topology says ${found}`];
  return [...differs('store', declared.primary, primary), ...differs('mirror', declared.mirror, mirror)];
}

export function poolPublished(evidence: DoctorEvidence): readonly Verdict[] {
  if (silent(evidence)) return [UNASKED];
  const { published, topology } = evidence;
  const party = poolParty(evidence);
  if (published.kind === 'failed')
    return published.code === 'PCO_USAGE'
      ? [error(party, published.reason, { on: DESIRED, command: 'poolFqdn: FQDN-OF-THE-POOL' })]
      : [unknown(party, `the topology was not read: ${published.reason}`)];
  const pool = published.value;
  const declared = SITES.flatMap((site) => topology.sites[site].servers);
  const members = [...pool.activeServers, ...pool.otherServers];
  const unknownServers = missingIn(declared, members);
  const leftOut = missingIn(members, declared);
  const servers =
    unknownServers.length + leftOut.length === 0
      ? []
      : [
          `servers: ${[
            ...unknownServers.map((name) => `${name} is declared and no machine of the pool`),
            ...leftOut.map((name) => `${name} is a machine of the pool and not declared`),
          ].join('; ')}`,
        ];
  const differences = [
    ...servers,
    ...SITES.flatMap((site) => [
      ...storeDifferences('chat', topology.sites[site].chat, pool.chat, site),
      ...storeDifferences('compliance', topology.sites[site].compliance, pool.compliance, site),
    ]),
  ];
  if (differences.length === 0) return [ok(party, 'machines and stores are those of the topology')];
  return differences.map((difference) =>
    error(party, difference, {
      on: HERE,
      command: `pchat adopt --pool-fqdn ${topology.poolFqdn} --out adopted.yaml`,
    }),
  );
}

/** Only machines of the pool: others are named by pool-published. */
export function chatServers(evidence: DoctorEvidence): readonly Verdict[] {
  if (silent(evidence)) return [UNASKED];
  const { published, facts } = evidence;
  const members =
    published.kind === 'value'
      ? [...published.value.activeServers, ...published.value.otherServers]
      : Object.keys(facts.chatServers);
  return Object.entries(facts.chatServers)
    .filter(([server]) => members.some((member) => same(member, server)))
    .map(([server, answer]) => {
      if (answer.kind === 'unknown')
        return warning(server, answer.reason, {
          on: server,
          command: 'Enable-PSRemoting -Force',
        });
      const { chatService, replicaUpToDate } = answer.value;
      if (replicaUpToDate === false)
        return warning(server, 'its replica of the Central Management Store is not up to date', {
          on: MANAGEMENT_SHELL,
          command: `Invoke-CsManagementStoreReplication -ReplicaFqdn ${server}`,
        });
      return ok(server, `it answers the shell, its chat service is ${chatService}`);
    });
}
