/** Repairs of a mirroring session that stands, by hand: resume, move the principal back, force service on a mirror, name the witness. */
import { servingOf } from '../actuators/serving-instance.ts';
import { failOverPartner, forceService, resumePartner, setWitness } from '../statements/change-mirroring.ts';
import { readCopyNow } from '../statements/change-recheck.ts';
import {
  stopUnlessMirrorAlone,
  stopUnlessPrincipal,
  stopUnlessSynchronized,
} from '../statements/guard-batch.ts';
import { awaitSynchronized } from '../statements/wait-batch.ts';
import { computerOf } from '../topology/computer-name.ts';
import type { InstanceName, SqlStore } from '../topology/pool-topology.ts';
import { addressOf, endpointCheck, synchronized } from './mirror-parts.ts';
import { stopPart, type Part } from './part.ts';
import { check, seen, siteOfStep, sql, type Scene } from './scene.ts';

interface Session {
  readonly store: SqlStore;
  readonly database: string;
  readonly principal: InstanceName;
}

/** mgc, and at home mgccomp. */
function sessionsOf(scene: Scene): readonly Session[] {
  const { sites, chatDatabase, complianceDatabase } = scene.pool.topology;
  const site = siteOfStep(scene);
  const { chat, compliance } = sites[site];
  const both = [{ store: chat, database: chatDatabase }];
  if (site === 'home' && compliance !== undefined)
    both.push({ store: compliance, database: complianceDatabase });
  return both
    .filter(({ store }) => store.mirror !== undefined)
    .map((one) => ({ ...one, principal: servingOf(scene.facts, one.store, one.database) }));
}

const partnersOf = ({ store }: Session): readonly InstanceName[] =>
  store.mirror === undefined ? [store.primary] : [store.primary, store.mirror];

export const resumeMirroring = (scene: Scene): readonly Part[] =>
  sessionsOf(scene).flatMap((session) => {
    const { database, principal } = session;
    return [
      ...partnersOf(session).map((instance) =>
        check(
          scene,
          instance,
          `On which branch ${database} stands`,
          [readCopyNow(database)],
          'redo_start_fork_guid of the mirror is recovery_fork_guid of the principal, or redo_start_lsn of the mirror is not beyond fork_point_lsn of the principal; else service was forced, RESUME would destroy what only the mirror holds, and this ends here',
        ),
      ),
      sql(
        scene,
        principal,
        `Resume the mirroring of ${database}`,
        [stopUnlessPrincipal(database), resumePartner(database)],
        'no error; 1462: the mirror cannot redo, so end the session (SET PARTNER OFF) and mirror the pair anew',
      ),
      synchronized(scene, principal, database),
    ];
  });

/** What is written of the mirror that waits; the words on the old principal are for the person who stands beside it. */
export const promoteMirror = (scene: Scene): readonly Part[] => {
  const { sites, chatDatabase } = scene.pool.topology;
  const { primary, mirror } = sites[siteOfStep(scene)].chat;
  const pair = mirror === undefined ? [primary] : [primary, mirror];
  const survivor = pair.find((instance) => seen(scene, instance) !== undefined);
  const lost = pair.find((instance) => instance !== survivor);
  if (survivor === undefined || lost === undefined)
    return [stopPart(`No instance of the pair answered: nothing can be promoted.`)];
  return [
    stopPart(
      `SQL Server on ${lost} must not run, and must not come back while this is done. A principal that only seems lost writes on, and what it writes then is lost.`,
    ),
    sql(
      scene,
      survivor,
      `Force service of ${chatDatabase} on the mirror`,
      [stopUnlessMirrorAlone(chatDatabase), forceService(chatDatabase)],
      'no error; 1455: its principal is connected; 1431: its witness is out of reach; 1406: end the session (SET PARTNER OFF) and recover it',
    ),
    check(
      scene,
      survivor,
      `${chatDatabase} is the principal here`,
      [stopUnlessPrincipal(chatDatabase), readCopyNow(chatDatabase)],
      'PRINCIPAL, ONLINE',
    ),
  ];
};

export const movePrincipal = (scene: Scene): readonly Part[] =>
  sessionsOf(scene)
    .filter(({ store, principal }) => principal !== store.primary)
    .flatMap(({ store, database, principal }) => [
      sql(
        scene,
        principal,
        `Fail ${database} over to ${store.primary}; its sessions are cut`,
        [stopUnlessPrincipal(database), stopUnlessSynchronized(database), failOverPartner(database)],
        'no error',
      ),
      check(
        scene,
        store.primary,
        `${database} is the principal here`,
        [awaitSynchronized(database), stopUnlessPrincipal(database), readCopyNow(database)],
        'PRINCIPAL, ONLINE, SYNCHRONIZED',
      ),
    ]);

/** A witness that the facts show in its place is not named again. */
const isRight = (scene: Scene, { database, principal }: Session, witness: InstanceName): boolean => {
  const mirroring = seen(scene, principal)?.databases[database]?.mirroring;
  if (mirroring === undefined || mirroring === 'unknown' || mirroring === null) return false;
  return mirroring.witnessAddress !== null && computerOf(mirroring.witnessAddress) === computerOf(witness);
};

export const setDeclaredWitness = (scene: Scene): readonly Part[] =>
  sessionsOf(scene).flatMap((session) => {
    const { store, database, principal } = session;
    const { witness } = store;
    if (witness === undefined || isRight(scene, session, witness)) return [];
    if (seen(scene, witness) === undefined)
      return [
        stopPart(`${witness} did not answer: ${database} keeps the witness that it has until it does.`),
      ];
    return [
      endpointCheck(scene, witness),
      sql(
        scene,
        principal,
        `Name the witness of ${database}`,
        [
          stopUnlessPrincipal(database),
          stopUnlessSynchronized(database),
          setWitness(database, addressOf(scene, witness)),
        ],
        'no error',
      ),
    ];
  });
