/** How an estate gets to the rows of BACKUP. */
import type { Recipe, Recipes } from './state-rows.ts';
import { BACKUP, HOME, sql, type Scene, type StateStep } from './state-steps.ts';

export const asAdmin = (on: string, text: string): Recipe['statement'] => ({
  on,
  session: 'admin',
  login: 'sa',
  sql: text,
});

const log = (
  on: string,
  scene: Scene,
  setup: readonly StateStep[],
  fills: Recipe['fills'],
  options?: string,
): Recipe => ({
  setup,
  statement: asAdmin(on, scene.backupLog('x.trn', options)),
  fills,
  last: 'BACKUP LOG',
});

export const BACKUP_RECIPES: Recipes = {
  'backup/absent': [(scene) => log(HOME, scene, [], [scene.database])],
  'backup/restoring': [(scene) => log(BACKUP, scene, scene.restoring(), [scene.database])],
  'backup/mirror': [(scene) => log(BACKUP, scene, scene.mirrored(), [scene.database])],
  'backup/standby': [(scene) => log(BACKUP, scene, scene.standby(), [scene.database])],
  'backup-log/never-full': [
    (scene) => log(HOME, scene, [sql(HOME, `CREATE DATABASE [${scene.database}]`)], []),
  ],
  'backup-log/simple': [
    (scene) => log(HOME, scene, [...scene.online(), sql(HOME, scene.alter('RECOVERY SIMPLE'))], []),
  ],
};
