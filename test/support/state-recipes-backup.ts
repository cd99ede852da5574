/** How an estate gets to the rows of BACKUP. */
import type { Recipe, Recipes } from './state-rows.ts';
import {
  asAdmin,
  asOrdinary,
  BACKUP,
  BACKUP_WITNESS,
  fault,
  file,
  HOME,
  LOGIN_NAMES,
  OTHER,
  restart,
  sql,
  start,
  TOGETHER,
  type Scene,
  type StateStep,
} from './state-steps.ts';

const VERB = 'BACKUP LOG';
const DATABASE_VERB = 'BACKUP DATABASE';

/** A log backup on `on`, after `setup`. */
const log = (
  on: string,
  scene: Scene,
  setup: readonly StateStep[],
  fills: Recipe['fills'] = [],
  options?: string,
): Recipe => ({
  setup,
  statement: asAdmin(on, scene.backupLog('x.trn', options)),
  fills,
  last: VERB,
});

const append = (scene: Scene, change: 'empty' | 'foreign' | 'cut'): Recipe => {
  const target = scene.path('target.trn');
  const setup = [...scene.online(), file(change, scene.path('log1.trn'), target)];
  const statement = asAdmin(HOME, scene.backupLog('target.trn', 'NOINIT'));
  return { setup, statement, fills: [target], last: VERB };
};

const tail = (scene: Scene, setup: readonly StateStep[], fills: Recipe['fills']): Recipe => ({
  setup,
  statement: asAdmin(HOME, scene.backupLog('tail.trn', 'NORECOVERY, INIT')),
  fills,
  last: VERB,
});

/** Lost or broken files show when the instance starts again. */
const broken = (scene: Scene, harm: 'lose' | 'damage'): readonly StateStep[] => [
  sql(OTHER, `CREATE DATABASE [${scene.database}]`),
  fault(`${harm} files ${OTHER} ${scene.database}`),
  fault(`down instance ${OTHER}`),
  fault(`up instance ${OTHER}`),
];

export const BACKUP_RECIPES: Recipes = {
  'backup/absent': [(scene) => log(HOME, scene, [], [scene.database])],
  'backup/restoring': [
    (scene) => log(BACKUP, scene, scene.restoring(), [scene.database]),
    (scene) => ({
      setup: scene.restoring(),
      statement: asAdmin(BACKUP, scene.backupFull('x.bak')),
      fills: [scene.database],
      last: DATABASE_VERB,
    }),
  ],
  'backup/mirror': [(scene) => log(BACKUP, scene, scene.mirrored(), [scene.database])],
  'backup/no-quorum': [
    (scene) => ({
      ...log(HOME, scene, [...scene.watched(BACKUP_WITNESS), ...scene.apart()], [scene.database]),
      after: TOGETHER,
    }),
  ],
  'backup/not-synchronized': [
    (scene) => ({
      ...log(HOME, scene, [...scene.mirrored(), ...restart(HOME)], [scene.database]),
    }),
  ],
  'backup/in-transition': [
    (scene) => ({
      setup: [...scene.online(), start(HOME, scene.backupLog('tail.trn', 'NORECOVERY, INIT'), 'tail')],
      statement: asAdmin(HOME, scene.backupFull('x.bak')),
      fills: [],
      last: DATABASE_VERB,
    }),
  ],
  'backup/recovering': [
    (scene) => log(OTHER, scene, [...scene.created(OTHER), ...restart(OTHER)], [scene.database]),
  ],
  'backup/recovery-pending': [(scene) => log(OTHER, scene, broken(scene, 'lose'), [scene.database])],
  'backup/suspect': [(scene) => log(OTHER, scene, broken(scene, 'damage'), [scene.database])],
  'backup/offline': [
    (scene) => log(HOME, scene, [...scene.online(), sql(HOME, scene.alter('OFFLINE'))], [scene.database]),
  ],
  'backup/single-user': [(scene) => log(HOME, scene, scene.held(), [scene.database])],
  'backup/standby': [(scene) => log(BACKUP, scene, scene.standby(), [scene.database])],
  'backup/no-right': [
    (scene) => ({
      setup: scene.withUser(),
      statement: asOrdinary(HOME, scene.backupLog('x.trn')),
      fills: [VERB, scene.database],
      last: VERB,
    }),
  ],
  'backup/no-user': [
    (scene) => ({
      setup: scene.online(),
      statement: asOrdinary(HOME, scene.backupLog('x.trn')),
      fills: [LOGIN_NAMES.ordinary, scene.database],
      last: VERB,
    }),
  ],
  'backup/restricted': [
    (scene) => ({
      setup: [
        ...scene.withUser(),
        scene.within(HOME, `ALTER ROLE db_backupoperator ADD MEMBER [${LOGIN_NAMES.ordinary}]`),
        sql(HOME, scene.alter('RESTRICTED_USER')),
      ],
      statement: asOrdinary(HOME, scene.backupLog('x.trn')),
      fills: [scene.database],
      last: VERB,
    }),
  ],
  'backup/serialized': [
    (scene) => ({
      setup: [...scene.online(), start(HOME, scene.backupFull('first.bak'), 'first')],
      statement: asAdmin(HOME, scene.backupFull('x.bak')),
      fills: [],
      last: DATABASE_VERB,
    }),
  ],
  'backup/in-transaction': [
    (scene) => ({
      setup: scene.online(),
      statement: asAdmin(HOME, `BEGIN TRANSACTION; ${scene.backupLog('x.trn')}; ROLLBACK TRANSACTION`),
      fills: [],
      last: VERB,
    }),
  ],
  'backup/conflict': [
    (scene) => log(HOME, scene, scene.online(), ['init', 'noinit'], 'INIT, NOINIT'),
    (scene) => log(HOME, scene, scene.online(), ['checksum', 'no_checksum'], 'CHECKSUM, NO_CHECKSUM'),
  ],
  'backup/option': [
    (scene) => ({
      setup: scene.online(),
      statement: asAdmin(HOME, scene.backupFull('x.bak', 'NORECOVERY')),
      fills: ['norecovery'],
      last: DATABASE_VERB,
    }),
  ],
  'backup/device': [
    (scene) => ({
      setup: scene.online(),
      statement: asAdmin(HOME, `BACKUP LOG [${scene.database}] TO DISK = N'Z:\\nowhere\\x.trn'`),
      fills: ['Z:\\nowhere\\x.trn', '3(The system cannot find the path specified.)'],
      last: VERB,
    }),
    (scene) => ({
      ...log(
        HOME,
        scene,
        [...scene.online(), fault('down share')],
        [scene.path('x.trn'), '53(The network path was not found.)'],
      ),
      after: [fault('up share')],
    }),
  ],
  'backup/write': [
    (scene) => ({
      setup: [...scene.online(), sql(HOME, "WAITFOR DELAY '00:00:01'")],
      during: [fault('down share')],
      statement: asAdmin(HOME, scene.backupFull('x.bak')),
      fills: [scene.path('x.bak'), '64(The specified network name is no longer available.)'],
      last: DATABASE_VERB,
      after: [fault('up share')],
    }),
  ],
  'backup/append-foreign': [(scene) => append(scene, 'foreign')],
  'backup/append-empty': [(scene) => append(scene, 'empty')],
  'backup/append-truncated': [(scene) => append(scene, 'cut')],
  'backup-log/never-full': [(scene) => log(HOME, scene, scene.created(HOME))],
  'backup-log/simple': [
    (scene) => log(HOME, scene, [...scene.online(), sql(HOME, scene.alter('RECOVERY SIMPLE'))]),
  ],
  'tail/mirrored': [(scene) => tail(scene, scene.mirrored(), [scene.database])],
  'tail/own-context': [
    (scene) => tail(scene, [...scene.online(), scene.inside(HOME)], [VERB, scene.database]),
  ],
  'tail/in-use': [(scene) => tail(scene, [...scene.online(), scene.enter(HOME)], [])],
};
