/**
 * align-server-objects: what master keeps of the chat database on the instance that serves it, made as the database records it
 * and as the desired state declares it. Looked at again right before; what is right by then is left alone.
 */
import type { SqlAnswer, SqlStatement } from '../ports/sql-connection.ts';
import {
  createWindowsLogin,
  mapUser,
  ownDatabase,
  readServerObjects,
  setTrustworthy,
} from '../statements/server-objects.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { ServerObjects } from '../topology/pool-facts.ts';
import { differencesOf, type ObjectRepair } from '../topology/server-objects.ts';
import { flagOf, requireText, rowsOf, textOrNull } from './answer-rows.ts';
import { isOpen } from './copy-now.ts';
import { openInstance, recheckCopy, type InstanceSession } from './instance-session.ts';
import { servingInstance } from './serving-instance.ts';
import { siteOf } from './step-site.ts';
import type { Actuator, StepNotes } from './step-context.ts';

function objectsNow(session: InstanceSession, database: string, answer: SqlAnswer): ServerObjects {
  const [row] = rowsOf(answer);
  if (row === undefined || !flagOf(row, 'sees_logins'))
    throw new PoolError(
      'PCO_STEP_REFUSED',
      `who owns ${database} on ${session.instance} and comes in by which login cannot be seen any more`,
    );
  return {
    owner: textOrNull(row, 'owner'),
    ownerRecorded: flagOf(row, 'owner_recorded'),
    recordedOwner: textOrNull(row, 'recorded_owner'),
    trustworthy: flagOf(row, 'is_trustworthy_on'),
    mayAlign: flagOf(row, 'may_align'),
    orphans: rowsOf(answer, 1).map((user) => {
      const name = requireText(user, 'name');
      const type = requireText(user, 'type_desc') === 'SQL_USER' ? 'SQL_USER' : 'WINDOWS_GROUP';
      const namesake = textOrNull(user, 'namesake');
      return { name, type, namedAsAccount: name.includes('\\'), namesake };
    }),
  };
}

/** One line for the journal, and the statement. */
export function changeFor(
  database: string,
  repair: ObjectRepair,
): { readonly what: string; readonly statement: SqlStatement } {
  switch (repair.kind) {
    case 'own':
      return {
        what: `ALTER AUTHORIZATION ON DATABASE::[${database}] TO [${repair.login}]`,
        statement: ownDatabase(database, repair.login),
      };
    case 'trust':
      return {
        what: `ALTER DATABASE [${database}] SET TRUSTWORTHY ${repair.on ? 'ON' : 'OFF'}`,
        statement: setTrustworthy(database, repair.on),
      };
    case 'create-login':
      return {
        what: `CREATE LOGIN [${repair.account}] FROM WINDOWS`,
        statement: createWindowsLogin(repair.account),
      };
    case 'map-user':
      return {
        what: `ALTER USER [${repair.user}] WITH LOGIN = [${repair.login}] in ${database}`,
        statement: mapUser(database, repair.user, repair.login),
      };
  }
}

export const alignServerObjects: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const instance = servingInstance(context.facts, topology, siteOf(context.step));
  await using session = await openInstance(ports, context, instance);
  const now = await recheckCopy(session, database);
  if (!isOpen(now))
    throw new PoolError('PCO_STEP_REFUSED', `${database} on ${instance} is ${now.state}, not ONLINE`);
  const objects = objectsNow(session, database, await session.read(readServerObjects(database)));
  const changes = differencesOf(objects, topology.trustworthy).flatMap(({ repair }) =>
    repair === undefined ? [] : [changeFor(database, repair)],
  );
  for (const { what, statement } of changes) await session.change(what, statement);
  return { instance, changed: changes.map(({ what }) => what) };
};
