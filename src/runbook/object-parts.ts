/** align-server-objects by hand: owner, TRUSTWORTHY and logins of the chat database, as they were observed to differ. */
import { changeFor } from '../actuators/align-server-objects.ts';
import { stopUnlessOpenToAll } from '../statements/guard-batch.ts';
import { readServerObjects } from '../statements/server-objects.ts';
import { differencesOf } from '../topology/server-objects.ts';
import { stopPart, type Part } from './part.ts';
import { check, copyAt, databaseOf, serving, siteOfStep, sql, type Scene } from './scene.ts';

export function alignServerObjects(scene: Scene): readonly Part[] {
  const database = databaseOf(scene);
  const instance = serving(scene, siteOfStep(scene));
  const objects = copyAt(scene, instance)?.serverObjects;
  const found =
    objects === undefined || objects === 'unknown'
      ? []
      : differencesOf(objects, scene.pool.topology.trustworthy);
  const byHand = found.filter(({ repair }) => repair === undefined);
  return [
    ...found.flatMap(({ says, repair }) =>
      repair === undefined
        ? []
        : [
            sql(
              scene,
              instance,
              `Of ${database}: ${says}`,
              [stopUnlessOpenToAll(database), changeFor(database, repair).statement],
              'no error',
            ),
          ],
    ),
    ...(byHand.length === 0
      ? []
      : [stopPart(`Of ${database} on ${instance}: ${byHand.map(({ says }) => says).join('; ')}.`)]),
    check(
      scene,
      instance,
      `What is kept of ${database} here`,
      [readServerObjects(database)],
      'owner_recorded 1, is_trustworthy_on as declared, and no row of users without a login',
    ),
  ];
}
