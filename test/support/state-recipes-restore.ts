/** How an estate gets to the rows of RESTORE. */
import type { Recipe, Recipes } from './state-rows.ts';
import {
  asAdmin,
  asOrdinary,
  BACKUP,
  cancel,
  COPY_FOLDER,
  fault,
  file,
  HOME,
  sql,
  start,
  type FileChange,
  type Scene,
  type StateStep,
} from './state-steps.ts';

const LOG = 'RESTORE LOG';
const DATABASE = 'RESTORE DATABASE';
/** An LSN that only the run knows. */
const LSN = /\d{15,25}/;

const restore = (
  on: string,
  setup: readonly StateStep[],
  text: string,
  fills: Recipe['fills'] = [],
  last = text.startsWith(LOG) ? LOG : DATABASE,
): Recipe => ({ setup, statement: asAdmin(on, text), fills, last });

/** RESTORE LOG of a log backup that something was done to. */
const spoilt = (scene: Scene, change: FileChange): Recipe => {
  const bad = scene.path('bad.trn');
  const setup = [...scene.restoring(), file(change, scene.path('log1.trn'), bad)];
  return restore(BACKUP, setup, scene.restoreLog('bad.trn'), [bad]);
};

const ofVersion = (
  scene: Scene,
  change: 'older' | 'newer',
  options: string,
  fills: Recipe['fills'],
): Recipe => {
  const setup = [...scene.online(), file(change, scene.path('full.bak'), scene.path('other.bak'))];
  return restore(BACKUP, setup, scene.restoreFull('other.bak', options), fills);
};

/** Its logs go on from a recovery on BACKUP, so HOME's belong to another fork. */
const forked = (scene: Scene): readonly StateStep[] => [
  ...scene.restoring(),
  sql(BACKUP, scene.restoreLog('log1.trn', 'RECOVERY')),
  sql(BACKUP, scene.backupLog('tail.trn', 'NORECOVERY, INIT')),
];

/** A standby copy whose undo file is treated so. */
const undone = (scene: Scene, change: FileChange, fills: Recipe['fills']): Recipe => ({
  setup: [...scene.standby(), file(change, scene.undoFile(), scene.undoFile())],
  statement: asAdmin(BACKUP, scene.restoreLog('log2.trn')),
  fills,
});

const ID = /\d+/;

export const RESTORE_RECIPES: Recipes = {
  'restore/absent': [(scene) => restore(HOME, [], scene.recover(), [scene.database])],
  'restore-log/absent': [
    (scene) => restore(BACKUP, scene.online(), scene.restoreLog('log1.trn'), [scene.database]),
  ],
  'restore/own-context': [
    (scene) =>
      restore(BACKUP, [...scene.standby(), scene.inside(BACKUP)], scene.restoreLog('log2.trn'), [
        'RESTORE',
        scene.database,
      ]),
    (scene) =>
      restore(HOME, [...scene.online(), scene.inside(HOME)], scene.recover(), ['RESTORE', scene.database]),
  ],
  'restore/principal': [
    (scene) => restore(HOME, scene.mirrored(), scene.recover(), [scene.database]),
    (scene) => restore(HOME, scene.mirrored(), scene.restoreLog('log1.trn'), [scene.database]),
    (scene) => restore(HOME, scene.mirrored(), scene.restoreFull('full.bak', 'REPLACE'), [scene.database]),
  ],
  'restore/mirror': [
    (scene) => restore(BACKUP, scene.mirrored(), scene.recover(), [scene.database]),
    (scene) => restore(BACKUP, scene.mirrored(), scene.restoreLog('log2.trn'), [scene.database]),
  ],
  'restore/standby-in-use': [
    (scene) => restore(BACKUP, [...scene.standby(), scene.enter(BACKUP)], scene.restoreLog('log2.trn')),
  ],
  'restore/in-use': [
    (scene) =>
      restore(HOME, [...scene.online(), scene.enter(HOME)], scene.restoreFull('full.bak', 'REPLACE')),
  ],
  'restore/in-transaction': [
    (scene) =>
      restore(
        BACKUP,
        scene.restoring(),
        `BEGIN TRANSACTION; ${scene.restoreLog('log1.trn')}; ROLLBACK TRANSACTION`,
        [],
        LOG,
      ),
  ],
  'restore/conflict': [
    (scene) =>
      restore(BACKUP, scene.restoring(), scene.restoreLog('log1.trn', 'RECOVERY, NORECOVERY'), [
        'recovery',
        'norecovery',
      ]),
  ],
  'restore/option': [
    (scene) =>
      restore(BACKUP, scene.restoring(), scene.restoreLog('log1.trn', 'LOADHISTORY'), ['loadhistory']),
  ],
  'restore/no-right': [
    (scene) => ({
      setup: scene.restoring(),
      statement: asOrdinary(BACKUP, scene.restoreLog('log1.trn')),
      fills: [scene.database],
      last: LOG,
    }),
  ],
  'restore/no-right-to-create': [
    (scene) => ({
      setup: [],
      statement: asOrdinary(HOME, scene.restoreFull()),
      fills: ['CREATE DATABASE', 'master'],
      last: 'RESTORE DATABASE',
    }),
  ],
  'restore-info/no-right': [
    (scene) => ({
      setup: scene.online(),
      statement: asOrdinary(HOME, `RESTORE HEADERONLY FROM DISK = N'${scene.path('full.bak')}'`),
      fills: ['CREATE DATABASE', 'master'],
      last: 'RESTORE HEADERONLY',
    }),
  ],
  'restore/device': [
    (scene) =>
      restore(BACKUP, scene.restoring(), scene.restoreLog('none.trn'), [
        scene.path('none.trn'),
        '2(The system cannot find the file specified.)',
      ]),
    (scene) =>
      restore(
        BACKUP,
        scene.restoring(),
        `RESTORE LOG [${scene.database}] FROM DISK = N'Z:\\nowhere\\x.trn' WITH NORECOVERY`,
        ['Z:\\nowhere\\x.trn', '3(The system cannot find the path specified.)'],
      ),
    (scene) => ({
      ...restore(BACKUP, [...scene.restoring(), fault('down share')], scene.restoreLog('log1.trn'), [
        scene.path('log1.trn'),
        '53(The network path was not found.)',
      ]),
      after: [fault('up share')],
    }),
  ],
  'restore/foreign': [(scene) => spoilt(scene, 'foreign')],
  'restore/empty': [(scene) => spoilt(scene, 'empty')],
  'restore/truncated': [(scene) => spoilt(scene, 'cut')],
  'restore/damaged': [(scene) => ({ ...spoilt(scene, 'damage'), fills: [] })],
  'restore/read': [
    (scene) => ({
      ...restore(BACKUP, scene.restoring(), scene.restoreLog('log1.trn'), [
        scene.path('log1.trn'),
        '64(The specified network name is no longer available.)',
      ]),
      during: [fault('down share')],
      after: [fault('up share')],
    }),
  ],
  'restore/file-number': [
    (scene) =>
      restore(BACKUP, scene.restoring(), scene.restoreLog('log1.trn', 'FILE = 2, NORECOVERY'), [
        '2',
        scene.path('log1.trn'),
      ]),
  ],
  'restore/no-checksums': [
    (scene) =>
      restore(
        BACKUP,
        [...scene.restoring(), sql(HOME, scene.backupLog('bare.trn', 'INIT, COPY_ONLY'))],
        scene.restoreLog('bare.trn', 'CHECKSUM, NORECOVERY'),
      ),
  ],
  'restore/newer': [(scene) => ofVersion(scene, 'newer', 'NORECOVERY', [/16\.0\.[\d.]+/, /\d+\.0\.[\d.]+/])],
  'restore/standby-older': [
    (scene) => ofVersion(scene, 'older', `STANDBY = N'${COPY_FOLDER}\\${scene.database}.tuf'`, []),
  ],
  'restore/not-a-full': [
    (scene) => restore(BACKUP, scene.online(), scene.restoreFull('log1.trn', 'NORECOVERY')),
  ],
  'restore/other-family': [
    (scene) =>
      restore(
        BACKUP,
        [...scene.online(), sql(BACKUP, `CREATE DATABASE [${scene.database}]`)],
        scene.restoreFull(),
        [scene.database],
      ),
  ],
  'restore/tail': [
    (scene) =>
      restore(HOME, [...scene.online(), sql(HOME, scene.alter('MULTI_USER'))], scene.restoreFull(), [
        scene.database,
      ]),
  ],
  'restore-log/online': [(scene) => restore(HOME, scene.online(), scene.restoreLog('log1.trn'))],
  'restore-log/too-recent': [
    (scene) => restore(BACKUP, scene.restoring(), scene.restoreLog('log2.trn'), [LSN, LSN]),
  ],
  'restore-log/too-early': [
    (scene) =>
      restore(BACKUP, scene.restoring('log1.trn', 'log2.trn'), scene.restoreLog('log1.trn'), [LSN, LSN]),
  ],
  'restore-log/other-fork': [(scene) => restore(BACKUP, forked(scene), scene.restoreLog('log2.trn'))],
  'recover/online': [(scene) => restore(HOME, scene.online(), scene.recover())],
  'recover/no-log': [
    (scene) =>
      restore(
        BACKUP,
        [...scene.online(), start(BACKUP, scene.restoreFull(), 'cut'), cancel(BACKUP, 'cut')],
        scene.recover(),
      ),
  ],
  'recover/damaged': [
    (scene) =>
      restore(
        HOME,
        [
          ...scene.online(),
          fault(`damage files ${HOME} ${scene.database}`),
          fault(`down instance ${HOME}`),
          fault(`up instance ${HOME}`),
          sql(HOME, scene.backupLog('damaged.trn', 'NO_TRUNCATE, NORECOVERY, INIT')),
        ],
        scene.recover(),
      ),
  ],
  'standby/undo-file': [
    (scene) =>
      undone(scene, 'delete', [
        scene.database,
        ID,
        scene.undoFile(),
        '2(The system cannot find the file specified.)',
      ]),
  ],
  'standby/bad-undo-file': [(scene) => undone(scene, 'foreign', [scene.undoFile(), scene.database, ID])],
};
