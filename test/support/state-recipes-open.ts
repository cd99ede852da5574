/** How an estate gets to the rows of USE, login, INSERT, DROP DATABASE, KILL, ALTER DATABASE SET access and state. */
import type { Recipe, Recipes } from './state-rows.ts';
import {
  asAdmin,
  asOrdinary,
  BACKUP,
  BACKUP_WITNESS,
  fault,
  HOME,
  LOGIN_NAMES,
  OTHER,
  restart,
  sql,
  start,
  STATE_PASSWORD,
  TOGETHER,
  type KeptOut,
  type Scene,
  type StateStep,
} from './state-steps.ts';

const use = (on: string, scene: Scene, setup: readonly StateStep[]): Recipe => ({
  setup,
  statement: asAdmin(on, `USE [${scene.database}]`),
  fills: [scene.database],
});

/** As USE for everything that names the database. */
const select = (on: string, scene: Scene, setup: readonly StateStep[]): Recipe => ({
  ...use(on, scene, setup),
  statement: asAdmin(on, `SELECT COUNT(*) AS n FROM [${scene.database}].dbo.tblChat`),
});

const alter = (
  on: string,
  scene: Scene,
  setup: readonly StateStep[],
  change: string,
  fills: Recipe['fills'] = [scene.database],
): Recipe => ({ setup, statement: asAdmin(on, scene.alter(change)), fills });

const kill = (text: string, fills: Recipe['fills'], login: 'sa' | 'ordinary' = 'sa'): Recipe => ({
  setup: [],
  statement: { on: HOME, session: 'killer', login, sql: text },
  fills,
});

const broken = (scene: Scene, harm: 'lose' | 'damage'): readonly StateStep[] => [
  ...scene.created(OTHER),
  fault(`${harm} files ${OTHER} ${scene.database}`),
  fault(`down instance ${OTHER}`),
  fault(`up instance ${OTHER}`),
];

const login = (who: 'sa' | 'ordinary', on: string, database: string): Recipe['statement'] => ({
  on,
  session: 'login',
  login: who,
  sql: '',
  database,
});

const keptOut = (who: KeptOut): Recipe => ({
  setup: [],
  statement: { on: HOME, session: who, login: who, sql: '', password: STATE_PASSWORD },
  fills: [LOGIN_NAMES[who]],
});

const tailRuns = (scene: Scene): readonly StateStep[] => [
  ...scene.online(),
  start(HOME, scene.backupLog('tail.trn', 'NORECOVERY, INIT'), 'tail'),
];

export const OPEN_RECIPES: Recipes = {
  'use/absent': [(scene) => use(HOME, scene, [])],
  'use/restoring': [
    (scene) => use(BACKUP, scene, scene.restoring()),
    (scene) => select(BACKUP, scene, scene.restoring()),
  ],
  'use/mirror': [
    (scene) => use(BACKUP, scene, scene.mirrored()),
    (scene) => select(BACKUP, scene, scene.mirrored()),
  ],
  'use/no-quorum': [
    (scene) => ({
      ...use(HOME, scene, [...scene.watched(BACKUP_WITNESS), ...scene.apart()]),
      after: TOGETHER,
    }),
  ],
  'use/not-synchronized': [(scene) => ({ ...use(HOME, scene, [...scene.mirrored(), ...restart(HOME)]) })],
  'use/in-transition': [(scene) => use(HOME, scene, tailRuns(scene))],
  'use/recovering': [(scene) => use(OTHER, scene, [...scene.created(OTHER), ...restart(OTHER)])],
  'use/recovery-pending': [(scene) => use(OTHER, scene, broken(scene, 'lose'))],
  'use/suspect': [(scene) => use(OTHER, scene, broken(scene, 'damage'))],
  'use/offline': [(scene) => use(HOME, scene, [...scene.online(), sql(HOME, scene.alter('OFFLINE'))])],
  'use/single-user': [(scene) => use(HOME, scene, scene.held())],
  'use/restricted': [
    // The only database of another name in which the ordinary login has a user.
    () => ({
      database: 'mgccomp',
      setup: [
        sql(OTHER, 'CREATE DATABASE mgccomp'),
        sql(OTHER, 'ALTER DATABASE mgccomp SET RESTRICTED_USER'),
      ],
      statement: asOrdinary(OTHER, 'USE mgccomp'),
      fills: ['mgccomp'],
      after: [sql(OTHER, 'DROP DATABASE mgccomp')],
    }),
  ],
  'use/no-user': [
    (scene) => ({
      setup: scene.created(HOME),
      statement: asOrdinary(HOME, `USE [${scene.database}]`),
      fills: [LOGIN_NAMES.ordinary, scene.database],
    }),
  ],

  'login/rejected': [
    () => ({
      setup: [],
      statement: { ...login('sa', HOME, ''), password: 'not the password' },
      fills: ['sa'],
    }),
  ],
  'login/database': [
    (scene) => ({
      setup: scene.restoring(),
      statement: login('sa', BACKUP, scene.database),
      fills: [scene.database],
      last: 'sa',
    }),
  ],

  'login/disabled': [() => keptOut('disabled')],
  'login/locked': [() => keptOut('locked')],
  'login/expired': [() => keptOut('expired')],
  'login/must-change': [() => keptOut('must-change')],

  'read/deadlock': [
    () => ({
      setup: [fault(`deadlock reads ${HOME}`)],
      statement: asAdmin(HOME, 'SELECT name FROM sys.databases'),
      fills: [/\d+/],
    }),
  ],
  'read/lock-time-out': [
    () => ({
      setup: [fault(`lock reads ${HOME}`)],
      statement: asAdmin(HOME, 'SELECT name FROM msdb.dbo.sysjobs'),
      fills: [],
    }),
  ],

  'write/standby': [
    (scene) => ({
      setup: scene.standby(),
      statement: asAdmin(BACKUP, `INSERT INTO [${scene.database}].dbo.tblChat (channelId) VALUES (N'1')`),
      fills: [scene.database],
    }),
  ],

  'drop/absent': [
    (scene) => ({
      setup: [],
      statement: asAdmin(HOME, `DROP DATABASE [${scene.database}]`),
      fills: [scene.database],
    }),
  ],
  'drop/mirrored': [
    (scene) => ({
      setup: scene.mirrored(),
      statement: asAdmin(HOME, `DROP DATABASE [${scene.database}]`),
      fills: [scene.database],
    }),
    (scene) => ({
      setup: scene.mirrored(),
      statement: asAdmin(BACKUP, `DROP DATABASE [${scene.database}]`),
      fills: [scene.database],
    }),
  ],
  'drop/in-use': [
    (scene) => ({
      setup: [...scene.online(), scene.enter(HOME)],
      statement: asAdmin(HOME, `DROP DATABASE [${scene.database}]`),
      fills: [scene.database],
    }),
  ],

  'kill/own': [
    () => kill("DECLARE @kill nvarchar(20) = N'KILL ' + CONVERT(nvarchar(10), @@SPID); EXEC (@kill)", []),
  ],
  'kill/unused': [() => kill('KILL 32000', ['32000']), () => kill('KILL 32000 WITH STATUSONLY', ['32000'])],
  'kill/system': [() => kill('KILL 9', [])],
  'kill/out-of-range': [() => kill('KILL 99999', ['99999'])],
  'kill/no-right': [
    () => ({ ...kill('KILL 32000', [], 'ordinary'), statement: asOrdinary(HOME, 'KILL 32000') }),
  ],
  'kill/in-transaction': [() => kill('BEGIN TRANSACTION; KILL 32000; ROLLBACK TRANSACTION', [])],
  'kill/nothing-rolls-back': [
    () =>
      kill(
        "DECLARE @kill nvarchar(40) = N'KILL ' + CONVERT(nvarchar(10), @@SPID) + N' WITH STATUSONLY'; EXEC (@kill)",
        [/\d+/],
      ),
  ],

  'alter/absent': [
    (scene) => alter(HOME, scene, [], 'MULTI_USER'),
    (scene) => ({
      setup: scene.created(HOME),
      statement: asOrdinary(HOME, scene.alter('MULTI_USER')),
      fills: [scene.database],
    }),
  ],
  'alter/restoring': ['OFFLINE', 'ONLINE', 'SINGLE_USER', 'MULTI_USER', 'RECOVERY SIMPLE', 'READ_WRITE'].map(
    (change) => (scene) => alter(BACKUP, scene, scene.restoring(), change, ['ALTER DATABASE', 'Restoring']),
  ),
  'alter/standby': ['RECOVERY SIMPLE', 'READ_WRITE'].map(
    (change) => (scene) => alter(BACKUP, scene, scene.standby(), change),
  ),
  'alter/single-user': [(scene) => alter(HOME, scene, scene.held(), 'MULTI_USER')],
  'alter/in-use': [
    (scene) => alter(HOME, scene, [...scene.online(), scene.enter(HOME)], 'SINGLE_USER WITH NO_WAIT'),
  ],
  'alter/locked': [(scene) => alter(HOME, scene, tailRuns(scene), 'RESTRICTED_USER')],
  'alter/mirrored': [
    (scene) => alter(HOME, scene, scene.mirrored(), 'OFFLINE'),
    (scene) => alter(HOME, scene, scene.mirrored(), 'SINGLE_USER'),
    (scene) => alter(HOME, scene, scene.mirrored(), 'EMERGENCY'),
    (scene) => alter(HOME, scene, scene.mirrored(), 'READ_ONLY'),
    (scene) => ({
      ...alter(HOME, scene, [...scene.mirrored(), scene.enter(HOME)], 'OFFLINE WITH ROLLBACK IMMEDIATE'),
      before: [
        [5060, '0'],
        [5060, '100'],
      ],
    }),
  ],
  'alter/mirrored-recovery': [(scene) => alter(HOME, scene, scene.mirrored(), 'RECOVERY SIMPLE')],
  'alter/offline': [
    (scene) => alter(HOME, scene, [...scene.online(), sql(HOME, scene.alter('OFFLINE'))], 'RECOVERY SIMPLE'),
  ],
  'endpoint/absent': [
    () => ({
      setup: [],
      statement: asAdmin(HOME, 'ALTER ENDPOINT Nowhere STATE = STOPPED'),
      fills: ['Nowhere'],
    }),
  ],
};
