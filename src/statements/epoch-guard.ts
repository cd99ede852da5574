/**
 * The epoch at the target: in front of every change, in the same batch, the sender's lease epoch is compared with the one that the
 * instance keeps. Higher there: the batch ends with an error before its change. Lower or absent: raised first. It is kept in the
 * description of an Agent job without steps (ADR 0026). Sources: sql-server reference 1.9, 2.6; docs `sp-add-job-transact-sql`,
 * `sp-update-job-transact-sql`, `queries/hints-transact-sql-table`, `language-elements/throw-transact-sql`.
 */
import type { SqlParameter, SqlStatement } from '../ports/sql-connection.ts';
import { integer, literal } from './quote.ts';

/** Whose changes these are. */
export interface EpochMark {
  readonly pool: string;
  readonly epoch: number;
  /** Unlike that of any other acquisition of a lease, also of one that came to the same number elsewhere. No blank begins it. */
  readonly holder: string;
}

/** Numbers of THROW; 50000 and up are free for programs. */
export const EPOCH_PASSED = 50_601;
export const EPOCH_UNREADABLE = 50_602;

/** One for each pool: two daemons may own pools on the same instance. */
export const epochJob = (pool: string): string => `pchat-operator epoch of ${pool}`;

const KEPT = 'SELECT @pchat_kept = j.description FROM msdb.dbo.sysjobs AS j';
const NAMED = 'WHERE j.name = @pchat_job';
/**
 * Digits in front of the holder, as many for every epoch, so that they compare as text, and those alone come before the same with a
 * holder. TRY_CONVERT is unknown where `master` kept a
 * compatibility level below 110 through an upgrade, and CONVERT fails on what somebody else wrote.
 */
const DIGITS = 10;
const READABLE = `@pchat_kept LIKE N'${'[0-9]'.repeat(DIGITS)} %'`;
const COMPARED = (sign: '<' | '>='): string => `${READABLE} AND @pchat_kept ${sign} @pchat_digits`;

/**
 * Two that raise at once come one after the other: UPDLOCK and HOLDLOCK keep the row, or the place where it would be, until COMMIT.
 * The locks end before the change: BACKUP, RESTORE and ALTER DATABASE take no user transaction.
 */
const GUARD = `DECLARE @pchat_kept nvarchar(512), @pchat_says nvarchar(2048);
${KEPT} ${NAMED};
IF @pchat_kept IS NULL OR (${COMPARED('<')})
BEGIN
  BEGIN TRANSACTION;
  SET @pchat_kept = NULL;
  ${KEPT} WITH (UPDLOCK, HOLDLOCK) ${NAMED};
  IF @pchat_kept IS NULL
    EXEC msdb.dbo.sp_add_job @job_name = @pchat_job, @enabled = 0, @description = @pchat_mark;
  ELSE IF ${COMPARED('<')}
    EXEC msdb.dbo.sp_update_job @job_name = @pchat_job, @description = @pchat_mark;
  COMMIT TRANSACTION;
  SET @pchat_kept = NULL;
  ${KEPT} ${NAMED};
END;
IF @pchat_kept IS NULL OR @pchat_kept <> @pchat_mark
BEGIN
  SET @pchat_says = N'the job ' + @pchat_job + N' holds "' + ISNULL(@pchat_kept, N'nothing') + N'", this change is of "' + @pchat_mark + N'"';
  IF ${COMPARED('>=')} THROW ${integer(EPOCH_PASSED)}, @pchat_says, 1;
  THROW ${integer(EPOCH_UNREADABLE)}, @pchat_says, 1;
END;
`;

const digitsOf = ({ epoch }: EpochMark): string => integer(epoch).padStart(DIGITS, '0');
const textOf = (mark: EpochMark): string => `${digitsOf(mark)} ${mark.holder}`;

function parametersOf(mark: EpochMark): Readonly<Record<string, SqlParameter>> {
  return {
    pchat_job: { type: 'nvarchar', value: epochJob(mark.pool) },
    pchat_digits: { type: 'nvarchar', value: digitsOf(mark) },
    pchat_mark: { type: 'nvarchar', value: textOf(mark) },
  };
}

/** A plain batch takes no parameters. */
const declarationsOf = (mark: EpochMark): string =>
  `DECLARE @pchat_job nvarchar(128) = ${literal(epochJob(mark.pool))}, @pchat_digits nvarchar(10) = ${literal(digitsOf(mark))}, @pchat_mark nvarchar(512) = ${literal(textOf(mark))};
`;

/** The change, behind the comparison. It brings no result set of its own. */
export function withEpoch(statement: SqlStatement, mark: EpochMark): SqlStatement {
  return statement.mode === 'batch'
    ? { ...statement, text: declarationsOf(mark) + GUARD + statement.text }
    : {
        ...statement,
        text: GUARD + statement.text,
        parameters: { ...statement.parameters, ...parametersOf(mark) },
      };
}

/** Only raises: what a new holder sends to the instances where its predecessor may still have a change on its way. */
export const raiseEpoch = (mark: EpochMark): SqlStatement => ({
  name: 'raise-epoch',
  text: GUARD,
  parameters: parametersOf(mark),
  mode: 'rpc',
});
