/** Texts inside texts: EXEC (N'...') and sp_executesql begin a frame with its own variables and end it with outputs. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import type { TypedValue } from './ast.ts';
import { programOf } from './compile.ts';
import { convert } from './convert.ts';
import { insertCaptured } from './insert.ts';
import { complete, inProcedure, restoreDatabase, say, setVariable } from './machine.ts';
import type { Machine, RunningFrame } from './machine.ts';
import type { OutputBinding } from './execution.ts';
import { SqlError, batchError } from './sql-error.ts';
import { INT } from './types.ts';

/** docs `t-sql/functions/nestlevel-transact-sql`: 32. */
const MAX_NESTING = 32;

export interface FrameStart {
  readonly kind: RunningFrame['kind'];
  readonly text: string;
  readonly declarations: string;
  /** Parameters by lower-case name. */
  readonly values: Readonly<Record<string, TypedValue>>;
  readonly outputs: readonly OutputBinding[];
  readonly returnInto: string | undefined;
  readonly capture: boolean;
  /** Context to come back to; undefined for the batch itself. */
  readonly database: string | undefined;
}

/** Throws SqlError of the text's own syntax; for the caller that is an error of one statement. */
export function pushFrame(machine: Machine, start: FrameStart): void {
  const { text, declarations, kind, outputs, returnInto, database } = start;
  const nested = machine.frames.length > 0;
  if (machine.frames.length > MAX_NESTING) throw batchError(217, MAX_NESTING);
  const program = nested ? nestedProgram(text, declarations) : programOf(text, declarations);
  const variables: Record<string, TypedValue> = {};
  for (const { name, type } of program.variables)
    variables[name] = { type, value: given(start.values[name], type) };
  machine.frames.push({
    text,
    declarations,
    kind,
    program,
    pc: 0,
    variables,
    handlers: [],
    caught: [],
    outputs,
    returnInto,
    database,
    ownTables: [],
    capture: start.capture ? [] : undefined,
    optionsBefore: kind === 'batch' ? undefined : machine.session.options,
  });
}

function nestedProgram(text: string, declarations: string) {
  try {
    return programOf(text, declarations);
  } catch (error) {
    if (error instanceof SqlError) throw new SqlError(error.errors, 'statement', error.line);
    throw error;
  }
}

function given(value: TypedValue | undefined, type: SqlType): CellValue {
  return value === undefined ? null : convert(value.value, value.type, type);
}

/** Takes the innermost frame away: its #tables, options and database context go with it. */
export function dropFrame(machine: Machine): RunningFrame | undefined {
  const frame = machine.frames.pop();
  if (frame === undefined) return undefined;
  if (frame.kind !== 'batch' && frame.ownTables.length > 0) {
    const own = new Set(frame.ownTables);
    const left = Object.entries(machine.session.tempTables).filter(([name]) => !own.has(name));
    machine.session = { ...machine.session, tempTables: Object.fromEntries(left) };
  }
  if (frame.optionsBefore !== undefined)
    machine.session = { ...machine.session, options: frame.optionsBefore };
  restoreDatabase(machine, frame.database);
  return frame;
}

/** The text has run to its end. For the request's own text `finish` says what is owed to the client. */
export function endFrame(machine: Machine, finish: (frame: RunningFrame) => void): void {
  const frame = dropFrame(machine);
  const caller = machine.frames.at(-1);
  if (frame === undefined) return;
  if (caller === undefined) {
    finish(frame);
    return;
  }
  for (const { from, to } of frame.outputs) {
    const value = frame.variables[from];
    if (value !== undefined) setVariable(caller, to, value);
  }
  const status = machine.session.lastError;
  if (frame.returnInto !== undefined) setVariable(caller, frame.returnInto, { type: INT, value: status });
  if (frame.capture !== undefined) {
    insertCaptured(machine, caller, frame.capture);
    return;
  }
  if (frame.kind === 'executesql' && !inProcedure(machine)) {
    say(machine, { kind: 'return-status', value: status });
    say(machine, { kind: 'done', rows: undefined, failed: false, inProcedure: false });
  }
  // @@ERROR and @@ROWCOUNT of the text's last statement stay visible to the caller.
  const { lastError, lastRowCount } = machine.session;
  complete(machine, caller, undefined, false);
  machine.session = { ...machine.session, lastError, lastRowCount };
}
