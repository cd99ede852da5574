/** Who is in a database, and ending them one by one; used where exclusive access is needed (3101 otherwise). */
import { PoolError } from '../topology/pool-error.ts';
import { killSession } from '../statements/change-database.ts';
import { readSessionsIn } from '../statements/change-recheck.ts';
import { flagOf, requireNumber, rowsOf, textOrNull } from './answer-rows.ts';
import type { InstanceSession } from './instance-session.ts';
import type { ActuatorPorts } from './step-context.ts';
import { pause } from './waiting.ts';
import type { SqlAnswer } from '../ports/sql-connection.ts';

export interface SessionInside {
  readonly id: number;
  readonly host: string | null;
  /** A connection of this program: a look of the observers that ends by itself. */
  readonly own: boolean;
}

/** Process not active, system process, own process: nothing is left to end there. */
const NOTHING_TO_KILL = [6104, 6106, 6107];
export const IN_USE = 3101;
const ATTEMPTS = 6;
const BETWEEN_ATTEMPTS_MS = 500;
/** From this attempt on our own looks are ended too: one may hang after a crash of the daemon. */
const OWN_TOO_FROM = 4;

export async function sessionsIn(session: InstanceSession, database: string): Promise<SessionInside[]> {
  const answer = await session.read(readSessionsIn(database));
  return rowsOf(answer).map((row) => ({
    id: requireNumber(row, 'session_id'),
    host: textOrNull(row, 'host_name'),
    own: flagOf(row, 'own_program'),
  }));
}

const hostOf = (server: string): string => (server.split('.')[0] ?? server).toLowerCase();

/** Sessions of the pool's chat servers, or of nobody who gives a name; a person with a query window is no chat session. */
export async function chatSessionsIn(
  session: InstanceSession,
  database: string,
): Promise<readonly SessionInside[]> {
  const { home, backup } = session.context.pool.topology.sites;
  const servers = new Set([...home.servers, ...backup.servers].map(hostOf));
  const inside = await sessionsIn(session, database);
  return inside.filter(({ host, own }) => !own && (host === null || servers.has(hostOf(host))));
}

export async function endSessions(session: InstanceSession, database: string, ownToo = false): Promise<void> {
  for (const inside of await sessionsIn(session, database)) {
    if (inside.own && !ownToo) continue;
    const who = `${inside.id}${inside.host === null ? '' : ` of ${inside.host}`}`;
    await session.change(`KILL session ${who} in ${database}`, killSession(inside.id), {
      tolerate: NOTHING_TO_KILL,
    });
  }
}

/**
 * Ends the sessions and runs `work`; again while its answer says 3101. Resolves with the last answer.
 * @param closed nobody can be inside: the first attempt does not ask who is
 */
export async function withExclusiveAccess(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
  work: () => Promise<SqlAnswer>,
  closed = false,
): Promise<SqlAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    if (!closed || attempt > 1) await endSessions(session, database, attempt >= OWN_TOO_FROM);
    const answer = await work();
    if (!answer.errors.some((error) => error.number === IN_USE)) return answer;
    if (attempt === ATTEMPTS) {
      throw new PoolError('PCO_SQL_ERROR', `${database} on ${session.instance} stays in use`, {
        sqlErrors: answer.errors,
      });
    }
    await pause(ports, session.context, BETWEEN_ATTEMPTS_MS);
  }
}
