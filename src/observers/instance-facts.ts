/** One answer of the observing batch as InstanceFacts. Pure: the clocks of both sides come in as numbers. */
import type { SqlAnswer } from '../ports/sql-connection.ts';
import type { InstanceFacts } from '../topology/pool-facts.ts';
import { AnswerParts } from './answer-parts.ts';
import { readBackups, readRunning } from './backup-history.ts';
import { readDatabases } from './databases.ts';
import { readAgent, readJobs, readShippingPrimary, readShippingSecondary } from './log-shipping.ts';
import { readWitnesses } from './mirroring.ts';
import type { RowReader } from './row-reader.ts';

export interface AnsweredInstance {
  readonly instance: string;
  readonly chatDatabase: string;
  readonly databases: readonly string[];
  readonly answer: SqlAnswer;
  /** The daemon's wall clock when the answer was complete, ms. */
  readonly answeredAtMs: number;
}

const QUARTER_MS = 15 * 60_000;

/** Zones are whole quarters of an hour; the two clocks are read a moment apart. */
export const zoneMinutesOf = (utcMs: number, localMs: number): number =>
  Math.round((localMs - utcMs) / QUARTER_MS) * 15;

const may = (row: RowReader, column: string): boolean => row.integerOrNull(column) === 1;

/** Throws PCO_SQL_ERROR or PCO_UNEXPECTED_ANSWER when a part that the facts cannot do without is missing or malformed. */
export function readInstance(answered: AnsweredInstance): InstanceFacts {
  const { instance, answer, databases, chatDatabase, answeredAtMs } = answered;
  const parts = new AnswerParts(instance, answer);
  const clocks = parts.one('instance');
  parts.zoneMinutes = zoneMinutesOf(clocks.clockMs('utc_now'), clocks.clockMs('local_now'));
  const zoned = parts.one('instance');
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
    witnessOf: readWitnesses(parts),
    shippingPrimary: readShippingPrimary(parts, databases),
    shippingSecondary: readShippingSecondary(parts, databases),
    jobs: readJobs(parts),
    backups: readBackups(parts),
    running: readRunning(parts),
  };
}
