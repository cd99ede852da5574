/** sp_executesql and the handle procedures sp_prepare, sp_execute, sp_prepexec, sp_unprepare: texts with parameters. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import type { TypedValue } from './ast.ts';
import { programOf } from './compile.ts';
import type { ProgramParameter } from './compile.ts';
import { convert } from './convert.ts';
import type { OutputBinding } from './execution.ts';
import { pushFrame } from './frames.ts';
import type { Machine } from './machine.ts';
import { errorDetail } from './messages.ts';
import { SqlError, statementError } from './sql-error.ts';
import { INT, isUnicode, nvarchar } from './types.ts';

export interface ResolvedArgument {
  readonly name: string | undefined;
  readonly value: CellValue;
  readonly type: SqlType;
  readonly output: boolean;
  readonly isDefault: boolean;
  /** Caller's variable for OUTPUT; for an RPC the parameter's own name. */
  readonly variable: string | undefined;
}

export interface CallShape {
  readonly returnInto: string | undefined;
  readonly capture: boolean;
  /** Context to come back to; left out: the present one. */
  readonly database?: string;
}

const HANDLE_PROCEDURES: ReadonlySet<string> = new Set([
  'sp_prepare',
  'sp_execute',
  'sp_prepexec',
  'sp_unprepare',
]);

export function isHandleProcedure(name: string): boolean {
  return HANDLE_PROCEDURES.has(name);
}

/** sp_executesql: `@stmt`, `@params`, then the values. The first two go by position whatever they are called. */
export function startText(machine: Machine, args: readonly ResolvedArgument[], shape: CallShape): void {
  const [statement, declarations, ...values] = args;
  if (statement === undefined) throw statementError(214, '@statement', 'ntext/nchar/nvarchar');
  const text = unicodeText(statement, '@statement');
  const declared = declarations === undefined ? '' : unicodeText(declarations, '@params');
  begin(machine, text, declared, values, shape);
}

function unicodeText({ value, type }: ResolvedArgument, name: string): string {
  if (value !== null && !isUnicode(type)) throw statementError(214, name, 'ntext/nchar/nvarchar');
  return String(value ?? '');
}

function begin(
  machine: Machine,
  text: string,
  declarations: string,
  args: readonly ResolvedArgument[],
  shape: CallShape,
): void {
  const parameters = parametersOf(declarations);
  const values: Record<string, TypedValue> = {};
  const outputs: OutputBinding[] = [];
  args.forEach((argument, at) => {
    const parameter = parameterFor(parameters, argument, at);
    values[parameter.name] = { type: argument.type, value: argument.value };
    if (argument.output && parameter.output && argument.variable !== undefined)
      outputs.push({ from: parameter.name, to: argument.variable });
  });
  const missing = parameters.find((parameter) => values[parameter.name] === undefined);
  if (missing !== undefined)
    throw statementError(8178, `(${declarations})${text}`.slice(0, 256), missing.name);
  const database = shape.database ?? machine.host.currentDatabase();
  const { returnInto, capture } = shape;
  pushFrame(machine, {
    kind: 'executesql',
    text,
    declarations,
    values,
    outputs,
    returnInto,
    capture,
    database,
  });
}

function parametersOf(declarations: string): readonly ProgramParameter[] {
  try {
    return programOf('', declarations).parameters;
  } catch (error) {
    if (error instanceof SqlError) throw new SqlError(error.errors, 'statement', error.line);
    throw error;
  }
}

function parameterFor(
  parameters: readonly ProgramParameter[],
  argument: ResolvedArgument,
  at: number,
): ProgramParameter {
  const name = argument.name?.toLowerCase();
  const found =
    name === undefined || name === ''
      ? parameters[at]
      : parameters.find((parameter) => parameter.name === name);
  if (found !== undefined) return found;
  if (name === undefined || name === '') throw statementError(8144, '');
  throw statementError(8145, argument.name ?? '', '');
}

export interface HandleResult {
  /** A frame was begun; the call ends with it. */
  readonly started: boolean;
  /** Variables that receive a handle at once. */
  readonly outputs: readonly (readonly [string, number])[];
}

export function runHandleProcedure(
  machine: Machine,
  name: string,
  args: readonly ResolvedArgument[],
  shape: CallShape,
): HandleResult {
  const [handle, second, third] = args;
  if (handle === undefined) throw statementError(214, '@handle', 'int');
  switch (name) {
    case 'sp_prepare':
      return { started: false, outputs: prepare(machine, handle, text(second), text(third)) };
    case 'sp_prepexec': {
      const outputs = prepare(machine, handle, text(second), text(third));
      begin(machine, text(third), text(second), args.slice(3), shape);
      return { started: true, outputs };
    }
    case 'sp_unprepare':
      unprepare(machine, handleNumber(handle));
      return { started: false, outputs: [] };
    default: {
      const prepared = machine.session.prepared[String(handleNumber(handle))];
      if (prepared === undefined) throw statementError(8179, handleNumber(handle));
      begin(machine, prepared.text, prepared.declarations, args.slice(1), shape);
      return { started: true, outputs: [] };
    }
  }
}

function text(argument: ResolvedArgument | undefined): string {
  return argument === undefined ? '' : String(convert(argument.value, argument.type, nvarchar('max')) ?? '');
}

function handleNumber({ value, type }: ResolvedArgument): number {
  return Number(convert(value, type, INT) ?? 0);
}

function prepare(
  machine: Machine,
  handle: ResolvedArgument,
  declarations: string,
  statement: string,
): HandleResult['outputs'] {
  try {
    programOf(statement, declarations);
  } catch (error) {
    if (error instanceof SqlError)
      throw new SqlError([...error.errors, errorDetail(8180)], 'statement', error.line);
    throw error;
  }
  const { session } = machine;
  const number = session.nextHandle;
  const prepared = { ...session.prepared, [String(number)]: { declarations, text: statement } };
  machine.session = { ...session, prepared, nextHandle: number + 1 };
  return handle.variable === undefined ? [] : [[handle.variable, number]];
}

function unprepare(machine: Machine, number: number): void {
  const key = String(number);
  const { session } = machine;
  if (session.prepared[key] === undefined) throw statementError(8179, number);
  const left = Object.entries(session.prepared).filter(([known]) => known !== key);
  machine.session = { ...session, prepared: Object.fromEntries(left) };
}
