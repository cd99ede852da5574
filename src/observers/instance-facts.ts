/** What one pool sees in an answer of the observing batch, as InstanceFacts. Pure: the clocks of both sides come in as numbers. */
import type { SqlAnswer } from '../ports/sql-connection.ts';
import { isKnown } from '../topology/known.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { DatabaseFacts, InstanceFacts } from '../topology/pool-facts.ts';
import { AnswerParts } from './answer-parts.ts';
import { readBackups, readRunning } from './backup-history.ts';
import { readDatabases } from './databases.ts';
import type { InstanceWant } from './instance-wants.ts';
import { readAgent, readJobs, readShippingPrimary, readShippingSecondary } from './log-shipping.ts';
import { readWitnesses } from './mirroring.ts';
import type { RowReader } from './row-reader.ts';

export interface AnsweredInstance {
  readonly instance: string;
  /** Databases that the batch asked about, in its order: those of every pool that the instance serves. */
  readonly asked: readonly string[];
  readonly answer: SqlAnswer;
  /** The daemon's wall clock when the answer was complete, ms. */
  readonly answeredAtMs: number;
}

const QUARTER_MS = 15 * 60_000;

/** Zones are whole quarters of an hour; the two clocks are read a moment apart. */
export const zoneMinutesOf = (utcMs: number, localMs: number): number =>
  Math.round((localMs - utcMs) / QUARTER_MS) * 15;

/** Ages inside the facts grow with the answer that they were read from. @param ms whole, 0 or more */
export function agedBy(facts: InstanceFacts, ms: number): InstanceFacts {
  const aged = (database: DatabaseFacts): DatabaseFacts => {
    const { content } = database;
    if (!isKnown(content)) return database;
    const heartbeats = content.heartbeats.map((beat) => ({ ...beat, ageMs: beat.ageMs + ms }));
    return { ...database, content: { ...content, heartbeats } };
  };
  if (ms <= 0) return facts;
  const databases = Object.entries(facts.databases).map(([name, database]) => [name, aged(database)]);
  return { ...facts, databases: Object.fromEntries(databases) as InstanceFacts['databases'] };
}

const may = (row: RowReader, column: string): boolean => row.integerOrNull(column) === 1;

/** A login that does not see the rows of a witness gets none: that is no witness without sessions. */
function requireWitnessRows(instance: string, row: RowReader): void {
  if (may(row, 'sees_witnesses')) return;
  throw new PoolError(
    'PCO_PERMISSION_DENIED',
    `${instance} shows no rows of sys.database_mirroring_witnesses. ` +
      `The login on ${instance} needs VIEW ANY DEFINITION: pchat grants prints the script.`,
  );
}

/** Throws PCO_SQL_ERROR, PCO_PERMISSION_DENIED or PCO_UNEXPECTED_ANSWER when a part that the facts cannot do without is missing or malformed. */
export function readInstance(answered: AnsweredInstance, want: InstanceWant): InstanceFacts {
  const { instance, asked, answer, answeredAtMs } = answered;
  const { chatDatabase } = want;
  const databases = want.holdsData ? want.databases : [];
  const parts = new AnswerParts(instance, answer, asked);
  const clocks = parts.one('instance');
  parts.zoneMinutes = zoneMinutesOf(clocks.clockMs('utc_now'), clocks.clockMs('local_now'));
  const zoned = parts.one('instance');
  if (!want.holdsData) requireWitnessRows(instance, zoned);
  const sight = {
    mirrors: may(zoned, 'sees_mirrors'),
    databases: may(zoned, 'sees_databases'),
    sessions: may(zoned, 'sees_sessions'),
  };
  return {
    serverName: zoned.text('server_name'),
    version: zoned.text('product_version'),
    startedAt: zoned.local('sqlserver_start_time'),
    // The last thing that the batch reads is the clock, so only the way back lies between the two instants.
    clockOffsetMs: parts.one('end').clockMs('utc_now') - answeredAtMs,
    timeZoneMinutes: parts.zoneMinutes,
    agentRunning: readAgent(parts),
    databases: readDatabases(parts, databases, chatDatabase, sight),
    witnessOf: readWitnesses(parts, want.databases),
    shippingPrimary: readShippingPrimary(parts, databases),
    shippingSecondary: readShippingSecondary(parts, databases),
    jobs: readJobs(parts, databases),
    backups: want.holdsData ? readBackups(parts, chatDatabase) : [],
    running: readRunning(parts),
  };
}
