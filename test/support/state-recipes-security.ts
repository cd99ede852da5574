/** How an estate gets to the rows of logins, users, roles and permissions. */
import type { Recipe, Recipes } from './state-rows.ts';
import {
  asAdmin,
  asOrdinary,
  HOME,
  LOGIN_NAMES,
  sql,
  type Scene,
  type StateLogin,
  type StateStep,
} from './state-steps.ts';

const ORDINARY = `[${LOGIN_NAMES.ordinary}]`;

const onServer = (text: string, fills: Recipe['fills'], login: StateLogin = 'sa'): Recipe => ({
  setup: [],
  statement: login === 'sa' ? asAdmin(HOME, text) : asOrdinary(HOME, text),
  fills,
});

/** From inside a database, and out again. */
const inside = (
  database: string,
  setup: readonly StateStep[],
  text: string,
  fills: Recipe['fills'],
  login: StateLogin = 'sa',
): Recipe => {
  const recipe = onServer(text, fills, login);
  const { session } = recipe.statement;
  const go = (to: string): StateStep => sql(HOME, `USE [${to}]`, session, login);
  return { ...recipe, setup: [...setup, go(database)], after: [go('master')] };
};

const within = (
  scene: Scene,
  setup: readonly StateStep[],
  text: string,
  fills: Recipe['fills'],
  login?: StateLogin,
): Recipe => inside(scene.database, setup, text, fills, login);

export const SECURITY_RECIPES: Recipes = {
  'create-login/no-right': [() => onServer("CREATE LOGIN x WITH PASSWORD = N'x'", [], 'ordinary')],
  'create-login/exists': [() => onServer("CREATE LOGIN sa WITH PASSWORD = N'x'", ['sa'])],
  'drop-login/absent': [
    () => onServer('DROP LOGIN nobody', ['drop', 'login', 'nobody']),
    () => onServer('DROP LOGIN operator', ['drop', 'login', 'operator'], 'ordinary'),
  ],
  'server-role/absent': [
    () => onServer('ALTER SERVER ROLE none ADD MEMBER sa', ['alter', 'server role', 'none']),
    () =>
      onServer(
        `ALTER SERVER ROLE sysadmin ADD MEMBER ${ORDINARY}`,
        ['alter', 'server role', 'sysadmin'],
        'ordinary',
      ),
  ],
  'server-role/no-login': [
    () => onServer('ALTER SERVER ROLE sysadmin ADD MEMBER nobody', ['add', 'server principal', 'nobody']),
  ],
  'grant/not-in-master': [() => inside('msdb', [], `GRANT VIEW SERVER STATE TO ${ORDINARY}`, [])],
  'grant/no-login': [() => onServer('GRANT VIEW SERVER STATE TO nobody', ['find', 'login', 'nobody'])],
  'grant/no-right': [() => onServer(`GRANT VIEW SERVER STATE TO ${ORDINARY}`, [], 'ordinary')],
  'grant/no-user': [
    (scene) => within(scene, scene.created(HOME), 'GRANT SELECT TO nobody', ['find', 'user', 'nobody']),
  ],
  'principals/no-right': [
    'CREATE USER sa',
    `ALTER ROLE db_owner ADD MEMBER ${ORDINARY}`,
    `GRANT SELECT TO ${ORDINARY}`,
  ].map((text) => (scene) => within(scene, scene.withUser(), text, [], 'ordinary')),
  'create-user/no-login': [
    (scene) => within(scene, scene.created(HOME), 'CREATE USER nobody', ['find', 'login', 'nobody']),
  ],
  'create-user/exists': [
    (scene) => within(scene, scene.withUser(), `CREATE USER ${ORDINARY}`, [LOGIN_NAMES.ordinary]),
  ],
  'alter-user/absent': [
    (scene) =>
      within(scene, scene.created(HOME), 'ALTER USER nobody WITH LOGIN = sa', ['alter', 'user', 'nobody']),
  ],
  'own-database/absent': [
    () => onServer('ALTER AUTHORIZATION ON DATABASE::nowhere TO sa', ['find', 'database', 'nowhere']),
    () => onServer('ALTER AUTHORIZATION ON DATABASE::msdb TO sa', ['find', 'database', 'msdb'], 'ordinary'),
  ],
  'own-database/no-login': [
    () => onServer('ALTER AUTHORIZATION ON DATABASE::msdb TO nobody', ['find', 'principal', 'nobody']),
  ],
  'own-database/user': [
    (scene) => ({
      ...onServer(`ALTER AUTHORIZATION ON DATABASE::[${scene.database}] TO ${ORDINARY}`, []),
      setup: scene.withUser(),
    }),
  ],
  'drop-user/absent': [
    (scene) => within(scene, scene.created(HOME), 'DROP USER nobody', ['drop', 'user', 'nobody']),
  ],
  'role/absent': [
    (scene) =>
      within(scene, scene.withUser(), `ALTER ROLE none ADD MEMBER ${ORDINARY}`, ['alter', 'role', 'none']),
  ],
  'role/no-user': [
    (scene) =>
      within(scene, scene.created(HOME), 'ALTER ROLE db_owner ADD MEMBER nobody', [
        'add',
        'principal',
        'nobody',
      ]),
  ],
};
