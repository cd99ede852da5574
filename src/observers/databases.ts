/** State, position, fork and lineage of each database of the product on one instance (sql-server reference 1.1, 1.4, 5.4). */
import { isKnown, type Known } from '../topology/known.ts';
import type { DatabaseFacts, DatabaseState } from '../topology/pool-facts.ts';
import { sameName, type AnswerParts } from './answer-parts.ts';
import { readLastRestore, restoredFamily, tailFamily } from './backup-history.ts';
import { readContent } from './content.ts';
import { readMirroring } from './mirroring.ts';
import type { RowReader } from './row-reader.ts';
import { readObjects } from './server-objects.ts';
import { readSessions } from './sessions.ts';

/** What the login may see, from HAS_PERMS_BY_NAME. */
export interface Sight {
  readonly mirrors: boolean;
  /** A missing row of sys.databases means that the database is not there. */
  readonly databases: boolean;
  readonly sessions: boolean;
}

const STATES = [
  'ONLINE',
  'RESTORING',
  'RECOVERING',
  'RECOVERY_PENDING',
  'SUSPECT',
  'EMERGENCY',
  'OFFLINE',
] as const;
const ACCESS = ['MULTI_USER', 'SINGLE_USER', 'RESTRICTED_USER'] as const;
const RECOVERY_MODELS = ['FULL', 'BULK_LOGGED', 'SIMPLE'] as const;

const ABSENT: DatabaseFacts = {
  state: 'ABSENT',
  access: 'unknown',
  recoveryModel: 'unknown',
  familyGuid: null,
  positionLsn: null,
  forkGuid: null,
  firstForkGuid: null,
  forkPointLsn: null,
  redoTargetLsn: null,
  mirroring: null,
  sessions: [],
  content: 'unknown',
  lastRestore: null,
};

type Position = Pick<
  DatabaseFacts,
  'familyGuid' | 'positionLsn' | 'forkGuid' | 'firstForkGuid' | 'forkPointLsn' | 'redoTargetLsn'
>;

const HIDDEN: Position = {
  familyGuid: 'unknown',
  positionLsn: 'unknown',
  forkGuid: 'unknown',
  firstForkGuid: 'unknown',
  forkPointLsn: 'unknown',
  redoTargetLsn: 'unknown',
};

/** A GUID that the engine gives only for an open database: NULL is hidden, not absent. */
const openGuid = (row: RowReader | undefined, column: string): Known<string> =>
  row?.guidOrNull(column) ?? 'unknown';

function positionOnline(recovery: RowReader | undefined): Position {
  if (recovery === undefined) return HIDDEN;
  return {
    familyGuid: openGuid(recovery, 'family_guid'),
    positionLsn: recovery.lsnOrNull('last_log_backup_lsn'),
    forkGuid: openGuid(recovery, 'recovery_fork_guid'),
    firstForkGuid: recovery.guidOrNull('first_recovery_fork_guid'),
    forkPointLsn: recovery.lsnOrNull('fork_point_lsn'),
    redoTargetLsn: null,
  };
}

/** redo_start_lsn of file 1; NULL in a row that is visible means that there is no point to roll forward from. */
function positionRestoring(
  file: RowReader | undefined,
  recovery: RowReader | undefined,
  lastRestore: DatabaseFacts['lastRestore'],
): Position {
  const own = openGuid(recovery, 'family_guid');
  return {
    familyGuid: isKnown(own) ? own : restoredFamily(lastRestore),
    positionLsn: file === undefined ? 'unknown' : file.lsnOrNull('redo_start_lsn'),
    forkGuid: file === undefined ? 'unknown' : file.guidOrNull('redo_start_fork_guid'),
    firstForkGuid: null,
    forkPointLsn: null,
    redoTargetLsn: file === undefined ? 'unknown' : file.lsnOrNull('redo_target_lsn'),
  };
}

/** STANDBY is ONLINE, where redo_start_lsn is documented to be NULL: the restore history tells the position (5.4). */
function positionStandby(
  recovery: RowReader | undefined,
  lastRestore: DatabaseFacts['lastRestore'],
): Position {
  const own = openGuid(recovery, 'family_guid');
  const restored = isKnown(lastRestore) ? lastRestore : null;
  return {
    familyGuid: isKnown(own) ? own : restoredFamily(lastRestore),
    positionLsn: restored?.lastLsn ?? 'unknown',
    forkGuid: restored?.forkGuid ?? 'unknown',
    firstForkGuid: null,
    forkPointLsn: null,
    redoTargetLsn: null,
  };
}

function readPosition(
  state: DatabaseState,
  file: RowReader | undefined,
  recovery: RowReader | undefined,
  lastRestore: DatabaseFacts['lastRestore'],
): Position {
  switch (state) {
    case 'ONLINE':
      return positionOnline(recovery);
    case 'STANDBY':
      return positionStandby(recovery, lastRestore);
    case 'RESTORING':
      return positionRestoring(file, recovery, lastRestore);
    default:
      return { ...HIDDEN, familyGuid: restoredFamily(lastRestore) };
  }
}

/** 'unknown': not open, or the table could not be read. */
const readBacklog = (parts: AnswerParts, database: string): Known<number> =>
  parts.optional(parts.of('backlog', database))?.[0]?.integer('waiting') ?? 'unknown';

function readDatabase(
  parts: AnswerParts,
  database: string,
  isChat: boolean,
  sight: Sight,
): DatabaseFacts | undefined {
  const ofPart = (part: string): RowReader | undefined =>
    parts.required(part).find((row) => sameName(row.text('name'), database));
  const row = ofPart('databases');
  // A low-privileged login does not see the row of an OFFLINE database at all (1.1).
  if (row === undefined) return sight.databases ? ABSENT : undefined;
  const online = row.oneOf('state_desc', STATES);
  const state: DatabaseState =
    online === 'ONLINE' && row.bitOrNull('is_in_standby') === true ? 'STANDBY' : online;
  const lastRestore = readLastRestore(parts, database);
  const position = readPosition(state, ofPart('files'), ofPart('recovery'), lastRestore);
  // Backup sets are read of the chat database only.
  const fenced = isChat && state === 'RESTORING' && lastRestore === null && position.familyGuid === 'unknown';
  return {
    state,
    access: row.oneOfOrNull('user_access_desc', ACCESS) ?? 'unknown',
    recoveryModel: row.oneOfOrNull('recovery_model_desc', RECOVERY_MODELS) ?? 'unknown',
    ...position,
    ...(fenced ? { familyGuid: tailFamily(parts, database, position.positionLsn) } : {}),
    mirroring: readMirroring(ofPart('mirroring'), state, sight.mirrors),
    sessions: readSessions(parts, database, sight.sessions),
    content: isChat && (state === 'ONLINE' || state === 'STANDBY') ? readContent(parts, database) : 'unknown',
    ...(!isChat && state === 'ONLINE' ? { complianceBacklog: readBacklog(parts, database) } : {}),
    ...(isChat && state === 'ONLINE' ? { serverObjects: readObjects(parts, database) } : {}),
    lastRestore,
  };
}

/** A database that cannot be told absent from hidden has no key: it is unknown. */
export function readDatabases(
  parts: AnswerParts,
  databases: readonly string[],
  chatDatabase: string,
  sight: Sight,
): Record<string, DatabaseFacts> {
  const read = databases.map(
    (name) => [name, readDatabase(parts, name, name === chatDatabase, sight)] as const,
  );
  return Object.fromEntries(read.filter((entry): entry is [string, DatabaseFacts] => entry[1] !== undefined));
}
