/** The shape of one built-in function in the tables functions-*.ts. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import type { Bound, Evaluation } from './evaluation.ts';

export interface BoundFunction {
  readonly type: SqlType;
  readonly run: (values: readonly CellValue[], evaluation: Evaluation) => CellValue;
}

export interface FunctionRow {
  /** Fewest and most arguments. */
  readonly count: readonly [number, number];
  /** false: any NULL argument makes the result NULL and `run` is not called. */
  readonly takesNull: boolean;
  readonly bind: (args: readonly Bound[]) => BoundFunction;
}

/** A function with one result type whatever its arguments are. */
export function fixed(
  least: number,
  most: number,
  type: SqlType,
  run: BoundFunction['run'],
  takesNull = false,
): FunctionRow {
  return { count: [least, most], takesNull, bind: () => ({ type, run }) };
}
