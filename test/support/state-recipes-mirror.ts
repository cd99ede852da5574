/** How an estate gets to the rows of SET PARTNER and SET WITNESS. */
import type { Recipe, Recipes } from './state-rows.ts';
import {
  asAdmin,
  BACKUP,
  BACKUP_WITNESS,
  fault,
  HOME,
  HOME_WITNESS,
  OTHER,
  sql,
  TOGETHER,
  type Scene,
  type StateStep,
} from './state-steps.ts';

const FORCE = 'PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS';

const set = (
  on: string,
  scene: Scene,
  setup: readonly StateStep[],
  change: string,
  fills: Recipe['fills'] = [scene.database],
): Recipe => ({ setup, statement: asAdmin(on, scene.alter(change)), fills });

/** SET PARTNER on the principal, the far side being as `far` leaves it. */
const begin = (scene: Scene, far: readonly string[], fills: Recipe['fills'] = [scene.database]): Recipe => ({
  setup: [...scene.online(), ...far.map((text) => sql(BACKUP, text))],
  statement: asAdmin(HOME, scene.partner(BACKUP)),
  fills,
});

const prepared = (scene: Scene): readonly string[] => [
  scene.restoreFull(),
  scene.restoreLog('log1.trn'),
  scene.restoreLog('log2.trn'),
  scene.partner(HOME),
];

const apart = (scene: Scene): readonly StateStep[] => [...scene.mirrored(), ...scene.apart()];

/** Service was forced on BACKUP; HOME came back with log of its own and its undo was broken off. */
const midUndo = (scene: Scene): readonly StateStep[] => [
  ...apart(scene),
  sql(HOME, scene.alter('RESTRICTED_USER')),
  sql(BACKUP, scene.alter(FORCE)),
  ...TOGETHER,
  sql(BACKUP, scene.alter('PARTNER RESUME')),
  ...scene.apart(),
];

export const MIRROR_RECIPES: Recipes = {
  'partner/not-mirrored': ['OFF', 'FAILOVER', 'RESUME', 'SUSPEND', 'SAFETY FULL', 'TIMEOUT 20']
    .map((option) => (scene: Scene) => set(BACKUP, scene, scene.restoring(), `PARTNER ${option}`))
    .concat([
      (scene) => set(HOME, scene, scene.online(), 'PARTNER OFF'),
      (scene) => set(HOME, scene, scene.online(), FORCE),
      (scene) => set(HOME, scene, scene.online(), 'WITNESS OFF'),
    ]),
  'partner/on-mirror': [
    'PARTNER FAILOVER',
    'PARTNER RESUME',
    'PARTNER SAFETY FULL',
    'PARTNER TIMEOUT 20',
    `WITNESS = N'TCP://${BACKUP_WITNESS}:5022'`,
    'WITNESS OFF',
  ].map((change) => (scene) => set(BACKUP, scene, scene.mirrored(), change)),
  'partner/already': [
    (scene) => set(HOME, scene, scene.mirrored(), `PARTNER = N'TCP://${BACKUP}:5022'`),
    (scene) => set(BACKUP, scene, scene.mirrored(), `PARTNER = N'TCP://${HOME}:5022'`),
  ],
  'partner/remote-already': [
    // A third copy, recovered on its own, wants the mirror that another has.
    (scene) => ({
      setup: [
        ...scene.mirrored(),
        ...[scene.restoreFull(), scene.restoreLog('log1.trn', 'RECOVERY')].map((text) => sql(OTHER, text)),
      ],
      statement: asAdmin(OTHER, scene.partner(BACKUP)),
      fills: [scene.database],
    }),
  ],
  'partner/bad-address': [
    (scene) => set(HOME, scene, scene.online(), "PARTNER = N'sql-lyo-1'", []),
    (scene) => set(HOME, scene, scene.online(), "PARTNER = N'TCP://sql-lyo-1.contoso.com'", []),
  ],
  'partner/own-address': [(scene) => set(HOME, scene, scene.online(), `PARTNER = N'TCP://${HOME}:5022'`, [])],
  'partner/unreachable': [
    (scene) =>
      set(HOME, scene, scene.online(), "PARTNER = N'TCP://nowhere.contoso.com:5022'", [
        'TCP://nowhere.contoso.com:5022',
      ]),
    (scene) => ({
      ...begin(
        scene,
        [...prepared(scene), 'ALTER ENDPOINT Mirroring STATE = STOPPED'],
        [`TCP://${BACKUP}:5022`],
      ),
      after: [sql(BACKUP, 'ALTER ENDPOINT Mirroring STATE = STARTED')],
    }),
  ],
  'partner/not-prepared': [(scene) => begin(scene, prepared(scene).slice(0, -1))],
  'partner/behind': [
    (scene) => begin(scene, [scene.restoreFull(), scene.partner(HOME)]),
    (scene) => begin(scene, [scene.restoreFull(), scene.restoreLog('log1.trn'), scene.partner(HOME)]),
  ],
  'partner/not-restoring': [
    (scene) => begin(scene, [scene.restoreFull(), scene.restoreLog('log1.trn'), scene.recover()]),
  ],
  'partner/unrelated': [
    (scene) =>
      begin(scene, [
        `CREATE DATABASE [${scene.database}]`,
        scene.backupFull('foreign.bak'),
        scene.backupLog('foreign.trn', 'NORECOVERY, INIT'),
        scene.partner(HOME),
      ]),
  ],
  'partner/no-copy': [(scene) => begin(scene, [])],
  'partner/not-full': [
    (scene) => ({
      ...begin(scene, []),
      setup: [...scene.online(), sql(HOME, scene.alter('RECOVERY SIMPLE'))],
    }),
  ],
  'partner/read-only': [
    (scene) => ({
      setup: scene.standby(),
      statement: asAdmin(BACKUP, scene.partner(HOME)),
      fills: [scene.database],
    }),
  ],
  'partner/suspect': [
    (scene) => ({ ...begin(scene, []), setup: [...scene.online(), sql(HOME, scene.alter('OFFLINE'))] }),
  ],
  'partner/single-user': [
    (scene) => ({ ...begin(scene, []), setup: [...scene.online(), sql(HOME, scene.alter('SINGLE_USER'))] }),
  ],
  'partner/busy': [
    (scene) =>
      set(HOME, scene, [...scene.mirrored(), fault(`busy mirror ${BACKUP} 1`)], 'PARTNER FAILOVER', []),
    (scene) => set(BACKUP, scene, [...scene.mirrored(), fault(`busy mirror ${BACKUP} 1`)], 'PARTNER OFF', []),
  ],

  'failover/safety-off': [
    (scene) => ({
      ...set(
        HOME,
        scene,
        [...scene.mirrored(), sql(HOME, scene.alter('PARTNER SAFETY OFF'))],
        'PARTNER FAILOVER',
      ),
      edition: 'Enterprise Edition (64-bit)',
    }),
  ],
  'failover/not-caught-up': [
    (scene) => set(HOME, scene, scene.synchronizing(), 'PARTNER FAILOVER'),
    (scene) =>
      set(HOME, scene, [...scene.mirrored(), sql(HOME, scene.alter('PARTNER SUSPEND'))], 'PARTNER FAILOVER'),
  ],
  'partner/disconnected': ['FAILOVER', 'RESUME', 'SAFETY FULL', 'SUSPEND'].map((option) => (scene) => ({
    ...set(HOME, scene, apart(scene), `PARTNER ${option}`),
    after: TOGETHER,
  })),
  'resume/failed-redo': [
    (scene) =>
      set(
        HOME,
        scene,
        [...scene.mirrored(), fault(`fail redo ${BACKUP} ${scene.database}`)],
        'PARTNER RESUME',
        [],
      ),
  ],
  'safety/edition': [(scene) => set(HOME, scene, scene.mirrored(), 'PARTNER SAFETY OFF', [])],
  'timeout/too-long': [(scene) => set(HOME, scene, scene.mirrored(), 'PARTNER TIMEOUT 40000', ['40000'])],
  'force/connected': [
    (scene) => set(BACKUP, scene, scene.mirrored(), FORCE),
    (scene) => set(HOME, scene, scene.mirrored(), FORCE),
  ],
  'force/witness-gone': [
    (scene) => ({
      ...set(BACKUP, scene, [...scene.watched(HOME_WITNESS), ...scene.apart()], FORCE),
      after: TOGETHER,
    }),
  ],
  'force/mid-undo': [(scene) => ({ ...set(HOME, scene, midUndo(scene), FORCE), after: TOGETHER })],

  'witness/not-connected': [
    (scene) => set(HOME, scene, scene.mirrored(), "WITNESS = N'TCP://nowhere.contoso.com:5022'", []),
    (scene) => set(HOME, scene, scene.synchronizing(), `WITNESS = N'TCP://${BACKUP_WITNESS}:5022'`, []),
    (scene) => ({
      ...set(HOME, scene, apart(scene), `WITNESS = N'TCP://${BACKUP_WITNESS}:5022'`, []),
      after: TOGETHER,
    }),
  ],
  'witness/is-partner': [BACKUP, HOME].map(
    (host) => (scene) => set(HOME, scene, scene.mirrored(), `WITNESS = N'TCP://${host}:5022'`, []),
  ),
  'witness/none': [(scene) => set(HOME, scene, scene.mirrored(), 'WITNESS OFF')],
  'witness/alone': [
    (scene) => ({
      ...set(HOME, scene, [...scene.watched(BACKUP_WITNESS), ...scene.apart()], 'WITNESS OFF'),
      after: TOGETHER,
    }),
  ],
};
