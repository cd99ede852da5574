/** Mirroring by hand: by the cmdlet for a pair without a secondary, by statements while log shipping runs. */
import { judgeLeftover } from '../actuators/leftover-copy.ts';
import { partnerOf, servingOf } from '../actuators/serving-instance.ts';
import { valueOf } from '../topology/known.ts';
import type { DatabaseFacts } from '../topology/pool-facts.ts';
import { mirroringShareFor, type InstanceName, type Site, type SqlStore } from '../topology/pool-topology.ts';
import { backupDatabase, backupLog, restoreLog } from '../statements/change-backup-restore.ts';
import {
  readMirroringEndpoint,
  setPartner,
  setPartnerOff,
  setWitness,
} from '../statements/change-mirroring.ts';
import { readCopyNow } from '../statements/change-recheck.ts';
import {
  stopIfMirrored,
  stopIfSecondary,
  stopUnlessEndpoint,
  stopUnlessOpenToAll,
  stopUnlessPrincipal,
  stopUnlessState,
  stopUnlessSynchronized,
} from '../statements/guard-batch.ts';
import { awaitSynchronized, unlessMirrored } from '../statements/wait-batch.ts';
import { newestLogBackup } from './file-parts.ts';
import { quietLogBackups, runJob, switchJob } from './job-parts.ts';
import { stopPart, type Part } from './part.ts';
import { call } from './powershell.ts';
import { placesOf, restoreOver } from './restore-parts.ts';
import { check, databaseOf, ownFile, seen, serving, share, siteOfStep, sql, type Scene } from './scene.ts';

/** Microsoft's default for mirroring endpoints; where another one is observed, that counts. */
const DEFAULT_PORT = 5022;
const HOME_RESTORED = 'restore-home:home';

interface Pair {
  readonly principal: InstanceName;
  readonly partner: InstanceName;
  /** A droppable copy lies on the partner. */
  readonly leftover: boolean;
}

const copyOf = (scene: Scene, instance: InstanceName, database: string): DatabaseFacts | undefined =>
  seen(scene, instance)?.databases[database];

/** A text: why the partner's copy must not be dropped. undefined: the pair wants no mirror. */
function pairFor(scene: Scene, store: SqlStore, database: string): Pair | string | undefined {
  const principal = servingOf(scene.facts, store, database);
  const partner = partnerOf(store, principal);
  if (partner === undefined) return undefined;
  const chat = database === databaseOf(scene) && scene.before.has(HOME_RESTORED);
  // What home holds then is what the backup site's copy holds now.
  const source = chat
    ? copyOf(scene, serving(scene, 'backup'), database)
    : copyOf(scene, principal, database);
  const leftover = copyOf(scene, partner, database);
  if (source === undefined || leftover === undefined) return `${database} on ${partner} was not observed`;
  if (leftover.mirroring !== 'unknown' && leftover.mirroring !== null)
    return `${database} on ${partner} is mirrored`;
  const site: Site = siteOfStep(scene);
  const quarantine = valueOf(scene.facts.quarantine[site]);
  const verdict = judgeLeftover(source, leftover, quarantine === 'unknown' ? [] : quarantine.files);
  if (verdict.kind === 'keep') return `${database} on ${partner} is not dropped: ${verdict.reason}`;
  return { principal, partner, leftover: verdict.kind === 'droppable' };
}

function byCmdlet(
  scene: Scene,
  store: SqlStore,
  database: string,
  type: 'PersistentChat' | 'PersistentChatCompliance',
): readonly Part[] {
  const pair = pairFor(scene, store, database);
  if (pair === undefined) return [];
  if (typeof pair === 'string') return [stopPart(pair)];
  const { principal, partner, leftover } = pair;
  const [host = principal, instance] = principal.split('\\');
  const parameters = {
    DatabaseType: type,
    SqlServerFqdn: host,
    ...(instance === undefined ? {} : { SqlInstanceName: instance }),
    FileShare: mirroringShareFor(scene.pool.topology, principal),
    ...(leftover ? { DropExistingDatabasesOnMirror: true } : {}),
    Confirm: false,
  };
  return [
    check(
      scene,
      principal,
      `${database} serves, and is no secondary`,
      [stopUnlessOpenToAll(database), stopIfMirrored(database), stopIfSecondary(database)],
      'no error',
    ),
    check(
      scene,
      partner,
      `What the partner holds of ${database}`,
      [readCopyNow(database)],
      `${copyOf(scene, partner, database)?.state ?? 'ABSENT'}, as it was observed; not mirrored`,
    ),
    {
      kind: 'shell',
      title: `Mirror ${database} to ${partner}${leftover ? '; its left-over copy is dropped' : ''}`,
      lines: [call('Install-CsMirrorDatabase', parameters)],
      expected: 'no error; it takes and restores its own backups, which can take an hour',
    },
    synchronized(scene, principal, database),
  ];
}

export const synchronized = (scene: Scene, principal: InstanceName, database: string): Part =>
  check(
    scene,
    principal,
    `Wait until the mirror of ${database} is synchronized`,
    [awaitSynchronized(database), stopUnlessSynchronized(database), readCopyNow(database)],
    'PRINCIPAL, SYNCHRONIZED',
  );

/** The cmdlet keeps no file of its log backup, and home could not go on past it: then by statements. */
export const mirrorBackup = (scene: Scene): readonly Part[] =>
  scene.pool.policy.failback === 'minimal' && scene.facts.share.kind === 'value'
    ? byStatements(scene)
    : byCmdlet(scene, scene.pool.topology.sites.backup.chat, databaseOf(scene), 'PersistentChat');

/** Port that a partner or a witness is observed under, else the default. */
function portOf(scene: Scene, instance: InstanceName): number {
  const host = instance.split('\\')[0]?.toLowerCase();
  const addresses = Object.values(scene.facts.instances).flatMap((observed) =>
    observed.kind === 'unknown'
      ? []
      : Object.values(observed.value.databases).flatMap(({ mirroring }) =>
          mirroring === 'unknown' || mirroring === null
            ? []
            : [mirroring.partnerAddress, mirroring.witnessAddress ?? ''],
        ),
  );
  const found = addresses.find((address) => address.toLowerCase().startsWith(`tcp://${host ?? ''}:`));
  return Number(found?.split(':').at(-1) ?? DEFAULT_PORT);
}

export const addressOf = (scene: Scene, instance: InstanceName): string =>
  `TCP://${instance.split('\\')[0] ?? instance}:${String(portOf(scene, instance))}`;

export const endpointCheck = (scene: Scene, instance: InstanceName): Part =>
  check(
    scene,
    instance,
    `The mirroring endpoint listens on port ${String(portOf(scene, instance))}`,
    [readMirroringEndpoint, stopUnlessEndpoint(portOf(scene, instance))],
    'STARTED; where the port is another one, change it in the SET PARTNER and SET WITNESS that follow',
  );

/**
 * At home every log backup in between is LSBackup's own, so that the secondary meets no gap. At backup, where no such job runs, it
 * goes to the shipping folder too: home's way back leads over it.
 */
function logBackup(scene: Scene, principal: InstanceName, copy: string): readonly Part[] {
  if (siteOfStep(scene) === 'backup')
    return [
      sql(
        scene,
        principal,
        'Take a log backup; the file stays, home may need it',
        [stopUnlessOpenToAll(databaseOf(scene)), backupLog(databaseOf(scene), copy)],
        'BACKUP LOG successfully processed ...',
      ),
    ];
  return [
    runJob(scene, principal, 'backup'),
    {
      kind: 'files',
      title: 'Give that log backup a known name for the partner, on a machine that sees both folders',
      lines: newestLogBackup(share(scene), copy),
      expected: 'no error',
    },
  ];
}

function seedPartner(scene: Scene, { principal, partner }: Pair): readonly Part[] {
  const database = databaseOf(scene);
  const folder = mirroringShareFor(scene.pool.topology, principal);
  const full = ownFile(scene, folder, 'mirror', 'bak');
  const log = ownFile(scene, siteOfStep(scene) === 'home' ? folder : share(scene), 'mirror', 'trn');
  const open = [stopUnlessOpenToAll(database), stopIfMirrored(database)];
  return [
    sql(
      scene,
      principal,
      'Take a full backup that leaves the log chain alone',
      [...open, backupDatabase(database, full, 'copy-only')],
      'BACKUP DATABASE successfully processed ...',
    ),
    ...logBackup(scene, principal, log),
    ...placesOf(scene, partner, full),
    restoreOver(scene, partner, 'Restore the full backup on the partner', full, 'NORECOVERY'),
    sql(
      scene,
      partner,
      'Restore the log backup on the partner',
      [stopUnlessState(database, 'RESTORING'), stopIfMirrored(database), restoreLog(database, log)],
      'RESTORE LOG successfully processed ...; 4326: nothing new is in it',
    ),
  ];
}

function joinPair(scene: Scene, { principal, partner }: Pair): readonly Part[] {
  const database = databaseOf(scene);
  const behind = '1412, 1408, 1478: the mirror lacks log; begin this step again from its full backup';
  return [
    endpointCheck(scene, principal),
    endpointCheck(scene, partner),
    sql(
      scene,
      partner,
      'Join, on the mirror first',
      [stopUnlessState(database, 'RESTORING'), setPartner(database, addressOf(scene, principal))],
      'no error; 1405: joined already',
    ),
    sql(
      scene,
      principal,
      'Join, on the principal',
      [stopUnlessOpenToAll(database), setPartner(database, addressOf(scene, partner))],
      `no error; ${behind}`,
    ),
    synchronized(scene, principal, database),
  ];
}

function addWitness(scene: Scene, principal: InstanceName): readonly Part[] {
  const { witness } = scene.pool.topology.sites[siteOfStep(scene)].chat;
  if (witness === undefined) return [];
  if (seen(scene, witness) === undefined)
    return [stopPart(`${witness} did not answer: mirroring stays without a witness until it does.`)];
  const database = databaseOf(scene);
  return [
    endpointCheck(scene, witness),
    sql(
      scene,
      principal,
      'Name the witness',
      [
        stopUnlessPrincipal(database),
        stopUnlessSynchronized(database),
        setWitness(database, addressOf(scene, witness)),
      ],
      'no error',
    ),
  ];
}

function byStatements(scene: Scene): readonly Part[] {
  const site = siteOfStep(scene);
  const pair = pairFor(scene, scene.pool.topology.sites[site].chat, databaseOf(scene));
  if (pair === undefined) return [];
  if (typeof pair === 'string') return [stopPart(pair)];
  // A primary that an earlier step of this runbook makes is not in what was observed.
  const job = (enabled: boolean): readonly Part[] =>
    site === 'home' ? [switchJob(scene, pair.principal, 'backup', enabled)] : [];
  return [
    ...quietLogBackups(scene, site),
    ...job(false),
    ...seedPartner(scene, pair),
    ...joinPair(scene, pair),
    ...addWitness(scene, pair.principal),
    ...job(true),
  ];
}

const isShipped = (scene: Scene): boolean => {
  const database = databaseOf(scene);
  const secondaries = seen(scene, serving(scene, 'home'))?.shippingPrimary[database]?.secondaries ?? [];
  return (
    scene.before.has('establish-log-shipping:home') ||
    secondaries.length > 0 ||
    seen(scene, serving(scene, 'backup'))?.shippingSecondary[database] != null
  );
};

export function mirrorHome(scene: Scene): readonly Part[] {
  const { sites, complianceDatabase } = scene.pool.topology;
  const { chat, compliance } = sites.home;
  return [
    ...(isShipped(scene) ? byStatements(scene) : byCmdlet(scene, chat, databaseOf(scene), 'PersistentChat')),
    ...(compliance === undefined
      ? []
      : byCmdlet(scene, compliance, complianceDatabase, 'PersistentChatCompliance')),
  ];
}

function removeFrom(scene: Scene, store: SqlStore, database: string): readonly Part[] {
  const instance = servingOf(scene.facts, store, database);
  const partner = partnerOf(store, instance);
  const pair = [instance, ...(partner === undefined || seen(scene, partner) === undefined ? [] : [partner])];
  return pair.flatMap((one) => [
    sql(
      scene,
      one,
      `End the mirroring of ${database}`,
      [unlessMirrored(database), setPartnerOff(database)],
      'no error; an error may come with success, the next look tells',
    ),
    check(
      scene,
      one,
      `${database} is not mirrored`,
      [stopIfMirrored(database), readCopyNow(database)],
      'no role',
    ),
  ]);
}

/** Failback (backup site): mgc and mgccomp. Planned move (home): mgc only, mgccomp is never moved. */
export function removeMirroring(scene: Scene): readonly Part[] {
  const site = siteOfStep(scene);
  const { chat, compliance } = scene.pool.topology.sites[site];
  return [
    ...removeFrom(scene, chat, databaseOf(scene)),
    ...(site === 'backup' && compliance !== undefined
      ? removeFrom(scene, compliance, scene.pool.topology.complianceDatabase)
      : []),
  ];
}
