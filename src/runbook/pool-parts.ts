/** The pool's own cmdlets, and the chat servers that they concern. */
import type { InstanceName, ServerFqdn, Site } from '../topology/pool-topology.ts';
import { valueOf } from '../topology/known.ts';
import { stopUnlessOpenToAll, stopUnlessState } from '../statements/guard-batch.ts';
import { readCopyNow, readSessionsIn } from '../statements/change-recheck.ts';
import { awaitNoChat, unlessOnline } from '../statements/wait-batch.ts';
import { stopPart, type Part } from './part.ts';
import { call, list, quoted, type Argument, type Code } from './powershell.ts';
import { check, copyAt, databaseOf, seen, serving, siteOfStep, type Scene } from './scene.ts';

/** Ten minutes, as everything that is awaited in a runbook. */
const LOOKS = 120;
const BETWEEN_LOOKS_S = 5;

/** The change must have reached the servers before they are judged; replication is nobody's to hurry. */
const awaitReplicas = (servers: readonly ServerFqdn[]): readonly string[] => [
  `foreach ($server in ${list(servers)}) {`,
  '  $status = $null',
  `  for ($look = 0; $look -lt ${String(LOOKS)}; $look++) {`,
  `    $status = ${call('Get-CsManagementStoreReplicationStatus', { ReplicaFqdn: { code: '$server' } })}`,
  '    if ($status.UpToDate -eq $true) { break }',
  `    Start-Sleep -Seconds ${String(BETWEEN_LOOKS_S)}`,
  '  }',
  '  if ($status.UpToDate -ne $true) { throw "STOP: the replica of $server is not up to date" }',
  '}',
];

/** Copies must be as the cmdlet assumes: clients must not be led to home while the backup copy takes messages. */
const backupClosed = (scene: Scene): Part =>
  check(
    scene,
    serving(scene, 'backup'),
    'The backup copy cannot be written',
    [stopUnlessState(databaseOf(scene), 'RESTORING'), readCopyNow(databaseOf(scene))],
    'RESTORING',
  );

const siteOpen = (scene: Scene, site: Site): Part =>
  check(
    scene,
    serving(scene, site),
    `The copy of ${site} serves`,
    [stopUnlessOpenToAll(databaseOf(scene)), readCopyNow(databaseOf(scene))],
    'ONLINE, MULTI_USER',
  );

function setPoolState(scene: Scene, state: 'FailedOver' | 'Normal'): readonly Part[] {
  const observed = valueOf(scene.facts.poolState);
  const { poolIdentity, sites } = scene.pool.topology;
  const identity = poolIdentity ?? (observed === 'unknown' ? undefined : observed.identity);
  if (identity === undefined)
    return [
      stopPart(
        'The Identity of the pool was not seen. Ask Get-CsService -PersistentChatServer for it, and write the runbook anew.',
      ),
    ];
  const site = state === 'FailedOver' ? 'backup' : 'home';
  // Its default is Normal: a call without it may act as a failback.
  const parameters = { Identity: identity, PoolState: state, Force: true, Confirm: false };
  return [
    siteOpen(scene, site),
    ...(site === 'home' ? [backupClosed(scene)] : []),
    {
      kind: 'shell',
      title: `Point the pool to the databases of ${site}`,
      lines: [
        call('Set-CsPersistentChatState', parameters),
        ...awaitReplicas(sites[site].activeServers),
        `$state = ${call('Get-CsPersistentChatState', { Identity: identity })}`,
        `if ([string]$state.PoolState -ne ${quoted(state)}) { throw ${quoted(`STOP: the pool state is not ${state}`)} }`,
      ],
      expected: `PoolState ${state}, and every replica of ${site} up to date`,
    },
  ];
}

export const setPoolFailedOver = (scene: Scene): readonly Part[] => setPoolState(scene, 'FailedOver');
export const setPoolNormal = (scene: Scene): readonly Part[] => setPoolState(scene, 'Normal');

/** The service object of the pool; its Identity is what Set-CsPersistentChatActiveServer takes. */
const findService = ({ pool }: Scene): readonly string[] => [
  '$service = $null',
  `foreach ($one in ${call('Get-CsService', { PersistentChatServer: true })}) { if ($one.PoolFqdn -eq ${quoted(pool.topology.poolFqdn)}) { $service = $one } }`,
  `if ($null -eq $service) { throw ${quoted('STOP: Get-CsService does not list this pool')} }`,
];

/** An empty list is given as $null: a modifier whose Replace is empty changes nothing. */
function setActive(servers: readonly ServerFqdn[]): string {
  const Identity: Code = { code: '$service.Identity' };
  const ActiveServers: Argument = {
    code: servers.length === 0 ? '$null' : `@{ Replace = ${list(servers)} }`,
  };
  return call('Set-CsPersistentChatActiveServer', { Identity, ActiveServers, Force: true, Confirm: false });
}

/** By display name: short names of the services stand in no source. Never without -Name, which would switch everything there. */
const switchServices = (servers: readonly string[], to: 'Start' | 'Stop'): readonly string[] => [
  `foreach ($server in ${list(servers)}) {`,
  `  foreach ($one in ${call('Get-CsWindowsService', { ComputerName: { code: '$server' } })}) {`,
  "    if ($one.DisplayName -notlike '*persistent chat*' -or $one.DisplayName -like '*compliance*') { continue }",
  `    if ([string]$one.Status ${to === 'Start' ? '-eq' : '-ne'} 'Running') { continue }`,
  `    ${call(`${to}-CsWindowsService`, { Name: { code: '$one.Name' }, ComputerName: { code: '$server' }, Confirm: false })}`,
  '  }',
  '}',
];

export function activateServers(scene: Scene): readonly Part[] {
  const site = siteOfStep(scene);
  const servers = scene.pool.topology.sites[site].activeServers;
  return [
    siteOpen(scene, site),
    ...(site === 'home' ? [backupClosed(scene)] : []),
    {
      kind: 'shell',
      title: `Make the chat servers of ${site} active`,
      lines: [
        ...findService(scene),
        setActive(servers),
        ...awaitReplicas(servers),
        ...switchServices(servers, 'Start'),
      ],
      expected: 'no error; within a minute each server writes its heartbeat (tblServerIdentity)',
    },
  ];
}

/** Where clients may be: the serving copies that were seen ONLINE. */
const openCopies = (scene: Scene): readonly InstanceName[] =>
  (['home', 'backup'] as const)
    .map((site) => serving(scene, site))
    .filter((instance) => seen(scene, instance) !== undefined && copyAt(scene, instance)?.state === 'ONLINE');

const hostOf = (server: string): string => server.split('.')[0] ?? server;

/** Servers that leave the list keep their connections, so that their chat service is stopped and started once. */
export function clearActiveServers(scene: Scene): readonly Part[] {
  const { home, backup } = scene.pool.topology.sites;
  const state = valueOf(scene.facts.poolState);
  const listed = state === 'unknown' ? [...home.activeServers, ...backup.activeServers] : state.activeServers;
  const members = [...home.servers, ...backup.servers];
  const active = members.filter((server) => listed.some((one) => one.toLowerCase() === server.toLowerCase()));
  const hosts = members.map(hostOf).join(';');
  const drained = openCopies(scene).map((instance) =>
    check(
      scene,
      instance,
      'No chat server is in the database',
      [
        unlessOnline(databaseOf(scene)),
        awaitNoChat(databaseOf(scene), hosts),
        readSessionsIn(databaseOf(scene)),
      ],
      'no row of a chat server',
    ),
  );
  return [
    {
      kind: 'shell',
      title: 'Empty the list of active servers; clients are out of service from here on',
      lines: [
        ...findService(scene),
        setActive([]),
        ...awaitReplicas(active),
        ...switchServices(active, 'Stop'),
      ],
      expected: 'no error',
    },
    ...drained,
    {
      kind: 'shell',
      title: 'Start the chat services again: they have the empty list now',
      lines: switchServices(active, 'Start'),
      expected: 'no error',
    },
  ];
}
