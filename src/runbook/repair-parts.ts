/** Repairs of a mirroring session that stands, by hand: resume, move the principal back, name the witness. */
import { servingOf } from '../actuators/serving-instance.ts';
import { failOverPartner, resumePartner, setWitness } from '../statements/change-mirroring.ts';
import { readCopyNow } from '../statements/change-recheck.ts';
import { stopUnlessPrincipal, stopUnlessSynchronized } from '../statements/guard-batch.ts';
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
          'redo_start_fork_guid of the mirror is recovery_fork_guid of the principal; where it is not, service was forced, RESUME would destroy what only the mirror holds, and this ends here',
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
