/** Log shipping by hand: taking a half of it away, where it belongs and where it was left over. */
import { pairOf, servingInstance } from '../actuators/serving-instance.ts';
import {
  deletePrimary,
  deletePrimarySecondary,
  deleteSecondary,
  readPrimaryHalf,
  readSecondaryHalf,
} from '../statements/change-log-shipping.ts';
import { stopIfPrimary, stopIfSecondary } from '../statements/guard-batch.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { quietJob } from './job-parts.ts';
import type { Part } from './part.ts';
import { check, databaseOf, seen, siteOfStep, sql, type Scene } from './scene.ts';

const RC_0 = 'rc 0';

export function removeSecondary(scene: Scene, instance: InstanceName): readonly Part[] {
  const database = databaseOf(scene);
  return [
    check(
      scene,
      instance,
      'Keep what this prints: it is what vanishes',
      [readSecondaryHalf(database)],
      'one row',
    ),
    ...quietJob(scene, instance, 'copy'),
    ...quietJob(scene, instance, 'restore'),
    sql(
      scene,
      instance,
      'Delete the secondary',
      [deleteSecondary(database)],
      `${RC_0}; 32014: it is gone already; 32054 or 32055: the monitor does not answer, add @ignoreremotemonitor = 1 to the call`,
    ),
    check(
      scene,
      instance,
      'No secondary is left',
      [stopIfSecondary(database), readSecondaryHalf(database)],
      'no row; where one is left without secondary_database, call master.dbo.sp_delete_log_shipping_secondary_primary with its primary_server',
    ),
  ];
}

const hasSecondary = (scene: Scene, instance: InstanceName): boolean => {
  const facts = seen(scene, instance);
  const left = facts?.jobs.some(({ role }) => role === 'copy' || role === 'restore');
  return left === true || facts?.shippingSecondary[databaseOf(scene)] != null;
};

/** On the instance that serves the backup site in any case; elsewhere where one was seen. */
export function removeLogShipping(scene: Scene): readonly Part[] {
  const site = siteOfStep(scene);
  const serving = servingInstance(scene.facts, scene.pool.topology, site);
  return pairOf(scene.facts, scene.pool.topology, site)
    .filter((instance) => (site === 'backup' && instance === serving) || hasSecondary(scene, instance))
    .flatMap((instance) => removeSecondary(scene, instance));
}

function removePrimary(scene: Scene, instance: InstanceName): readonly Part[] {
  const database = databaseOf(scene);
  const half = seen(scene, instance)?.shippingPrimary[database] ?? null;
  if (half === null) return [];
  return [
    check(
      scene,
      instance,
      'Keep what this prints: it is what vanishes',
      [readPrimaryHalf(database)],
      'one row, and one for each secondary that it names',
    ),
    ...quietJob(scene, instance, 'backup'),
    ...half.secondaries.map(({ server, database: secondary }) =>
      sql(
        scene,
        instance,
        `Let the primary name ${server} no longer`,
        [deletePrimarySecondary(database, server, secondary)],
        `${RC_0}; 32010: the primary is gone already`,
      ),
    ),
    sql(
      scene,
      instance,
      'Delete the primary',
      [deletePrimary(database)],
      `${RC_0}; 32010: it is gone already; 32011: it names a secondary that was not observed; 32054 or 32055: the monitor does not answer, add @ignoreremotemonitor = 1 to the call`,
    ),
    check(
      scene,
      instance,
      'No primary is left',
      [stopIfPrimary(database), readPrimaryHalf(database)],
      'no row',
    ),
  ];
}

export function removeLogShippingPrimary(scene: Scene): readonly Part[] {
  const site = siteOfStep(scene);
  const serving = servingInstance(scene.facts, scene.pool.topology, site);
  return pairOf(scene.facts, scene.pool.topology, site).flatMap((instance) => [
    ...removePrimary(scene, instance),
    ...(instance !== serving && hasSecondary(scene, instance) ? removeSecondary(scene, instance) : []),
  ]);
}
