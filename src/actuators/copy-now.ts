/** One copy of a database as an actuator reads it on its own connection, right before and after a change. */
import type { SqlAnswer, SqlStatement } from '../ports/sql-connection.ts';
import type { RollForwardPosition } from '../topology/log-chain.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import { readCopyNow } from '../statements/change-recheck.ts';
import { flagOf, requireText, rowsOf, textOrNull } from './answer-rows.ts';

export interface CopyNow {
  readonly serverName: string;
  /** sys.databases.state_desc; STANDBY for an ONLINE copy in standby; ABSENT without the database. */
  readonly state: string;
  readonly access: string | null;
  readonly role: 'PRINCIPAL' | 'MIRROR' | null;
  readonly mirroringState: string | null;
  readonly witness: string | null;
  readonly familyGuid: string | null;
  /** Where the next roll-forward starts; null unless RESTORING or STANDBY. */
  readonly redoLsn: string | null;
  readonly redoFork: string | null;
  /** ONLINE: where the next log backup starts, and the fork that it belongs to. */
  readonly nextLogLsn: string | null;
  readonly recoveryFork: string | null;
  /** ONLINE: the last recovery happened here; null: on the first line of its lineage. */
  readonly forkPointLsn: string | null;
  /** Newest finished restore into this database. */
  readonly restored: {
    readonly type: string;
    readonly lastLsn: string;
    readonly fork: string | null;
    readonly familyGuid: string | null;
  } | null;
}

interface Reader {
  read(statement: SqlStatement): Promise<SqlAnswer>;
}

function roleOf(text: string | null): 'PRINCIPAL' | 'MIRROR' | null {
  return text === 'PRINCIPAL' || text === 'MIRROR' ? text : null;
}

export async function readCopy(session: Reader, database: string): Promise<CopyNow> {
  const answer = await session.read(readCopyNow(database));
  const row = rowsOf(answer)[0];
  const last = rowsOf(answer, 1)[0];
  const standby = flagOf(row, 'is_in_standby');
  const restored =
    last === undefined
      ? null
      : {
          type: requireText(last, 'restore_type').trim(),
          lastLsn: requireText(last, 'last_lsn'),
          fork: textOrNull(last, 'last_recovery_fork_guid'),
          familyGuid: textOrNull(last, 'family_guid'),
        };
  const opened = textOrNull(row, 'family_guid');
  return {
    serverName: requireText(row, 'server_name'),
    state: standby ? 'STANDBY' : (textOrNull(row, 'state_desc') ?? 'ABSENT'),
    access: textOrNull(row, 'user_access_desc'),
    role: roleOf(textOrNull(row, 'mirroring_role_desc')),
    mirroringState: textOrNull(row, 'mirroring_state_desc'),
    witness: textOrNull(row, 'mirroring_witness_name') ?? null,
    // The GUID is NULL while the copy cannot be opened; the newest restore then tells the lineage.
    familyGuid: opened ?? restored?.familyGuid ?? null,
    redoLsn: textOrNull(row, 'redo_start_lsn') ?? (standby ? (restored?.lastLsn ?? null) : null),
    redoFork: textOrNull(row, 'redo_start_fork_guid') ?? (standby ? (restored?.fork ?? null) : null),
    nextLogLsn: textOrNull(row, 'last_log_backup_lsn'),
    recoveryFork: textOrNull(row, 'recovery_fork_guid'),
    forkPointLsn:
      textOrNull(row, 'first_recovery_fork_guid') === textOrNull(row, 'recovery_fork_guid')
        ? null
        : textOrNull(row, 'fork_point_lsn'),
    restored,
  };
}

/** ONLINE and not STANDBY: may be written by whoever is let in. */
export const isOpen = (copy: CopyNow): boolean => copy.state === 'ONLINE';
export const isRollingForward = (copy: CopyNow): boolean =>
  copy.state === 'RESTORING' || copy.state === 'STANDBY';

/**
 * Does the next log backup of this ONLINE copy begin on its present fork? The first one after a recovery begins before the fork
 * point, so no copy that stands beyond that point can ever take it (4330; sql-server reference 5.2).
 */
export const beginsOnOwnFork = ({ nextLogLsn, forkPointLsn }: CopyNow): boolean =>
  nextLogLsn !== null && (forkPointLsn === null || compareLsn(lsn(nextLogLsn), lsn(forkPointLsn)) > 0);

/** undefined: the copy does not say where its roll-forward starts (not RESTORING, or cut off in a restore). */
export function positionOf(copy: CopyNow): RollForwardPosition | undefined {
  if (copy.familyGuid === null || copy.redoLsn === null || copy.redoFork === null) return undefined;
  return { familyGuid: copy.familyGuid, lsn: lsn(copy.redoLsn), forkGuid: copy.redoFork };
}
