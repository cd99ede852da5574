/** A person with sysadmin at the simulated estate: runs texts as they would in a query window, and gives a login its rights. */
import { acceptFiles, inForceBefore } from '../desired-state/accept-files.ts';
import type { SqlAnswer, SqlStatement } from '../ports/sql-connection.ts';
import { grantScript } from '../rights/grant-script.ts';
import { requiredRights, type RequiredRight, type RightsWanted } from '../rights/required-rights.ts';
import type { SqlRequest } from '../simulator/estate-contract.ts';
import type { SqlToken } from '../simulator/sql-tokens.ts';
import { identifier, literal } from '../statements/quote.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { DesiredPool, PoolTopology } from '../topology/pool-topology.ts';
import { answerFromTokens } from './answer-from-tokens.ts';
import { requestFor } from './simulated-sql.ts';
import type { SimulatedWorld } from './simulated-world.ts';

const ADMINISTRATOR = 'sa';
/** A login made for the daemon; has nothing until it is given something. */
export const LEAST_LOGIN = 'pchat-least';
const LEAST_SID = '0x5043484154000000000000000000004C';

/** Texts that are answered at once: no BACKUP, no RESTORE, no waiting ALTER. A refused login throws PCO_LOGIN_FAILED. */
export const runText = (
  world: SimulatedWorld,
  instance: string,
  text: string,
  login: string = ADMINISTRATOR,
): SqlAnswer => ask(world, instance, { kind: 'batch', text }, login);

export const runStatement = (
  world: SimulatedWorld,
  instance: string,
  statement: SqlStatement,
  login: string,
): SqlAnswer => ask(world, instance, requestFor(statement), login);

function ask(world: SimulatedWorld, instance: string, sent: SqlRequest, login: string): SqlAnswer {
  const tokens: SqlToken[] = [];
  const refusals: (readonly SqlToken[])[] = [];
  const request = {
    login,
    password: world.sqlPassword,
    database: 'master',
    host: 'desk',
    program: 'query window',
  };
  const connection = world.estate.login(instance, 'operator', request, (event) => {
    if (event.kind === 'refused') refusals.push(event.errors);
    if (event.kind === 'tokens') tokens.push(...event.tokens);
  });
  if (refusals.length > 0) throw new PoolError('PCO_LOGIN_FAILED', `${instance} refuses ${login}`);
  world.estate.request(instance, connection, sent);
  world.estate.disconnect(instance, connection);
  return answerFromTokens(tokens);
}

export const topologyOf = (world: SimulatedWorld): PoolTopology => desiredPoolOf(world).topology;

/** The only pool of the world's document. */
export function desiredPoolOf(world: SimulatedWorld): DesiredPool {
  const name = 'desired-state.yaml';
  const content = { kind: 'text', text: world.document.text } as const;
  const { event } = acceptFiles([{ name, content, revision: null }], inForceBefore(new Map()));
  const [pool] = event.pools;
  if (pool === undefined) throw new PoolError('PCO_INTERNAL', 'the world declares no pool');
  return pool;
}

export const leastRights = (world: SimulatedWorld, wanted: RightsWanted): readonly RequiredRight[] =>
  requiredRights(topologyOf(world), wanted);

/** The login, with the same SID everywhere, and these rights by the script that `pchat grants` prints. May run again. */
export function giveRights(world: SimulatedWorld, rights: readonly RequiredRight[]): void {
  for (const instance of Object.keys(world.state.instances)) {
    const create = `IF SUSER_ID(${literal(LEAST_LOGIN)}) IS NULL CREATE LOGIN ${identifier(LEAST_LOGIN)} WITH PASSWORD = ${literal(world.sqlPassword)}, SID = ${LEAST_SID};`;
    const own = rights.filter((right) => right.instance === instance);
    const { errors } = runText(world, instance, `${create}\n${grantScript(LEAST_LOGIN, own)}`);
    if (errors.length > 0)
      throw new PoolError('PCO_SQL_ERROR', `${instance} refuses the script of grants`, { sqlErrors: errors });
  }
}
