/** ERROR_NUMBER() and its kin: NULL outside a CATCH block. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import type { CaughtError } from './execution.ts';
import { fixed } from './function-row.ts';
import type { FunctionRow } from './function-row.ts';
import { INT, nvarchar } from './types.ts';

function caught(type: SqlType, read: (error: CaughtError) => CellValue): FunctionRow {
  return fixed(0, 0, type, (_values, evaluation) =>
    evaluation.caught === undefined ? null : read(evaluation.caught),
  );
}

export const ERROR_FUNCTIONS: Readonly<Record<string, FunctionRow>> = {
  ERROR_NUMBER: caught(INT, (error) => error.number),
  ERROR_SEVERITY: caught(INT, (error) => error.class),
  ERROR_STATE: caught(INT, (error) => error.state),
  ERROR_LINE: caught(INT, (error) => error.line),
  ERROR_MESSAGE: caught(nvarchar(4000), (error) => error.message),
  ERROR_PROCEDURE: caught(nvarchar(128), (error) => (error.procedure === '' ? null : error.procedure)),
  // No user transactions in the subset.
  XACT_STATE: fixed(0, 0, { name: 'smallint' }, () => 0),
};
