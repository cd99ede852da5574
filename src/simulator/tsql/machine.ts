/** The running request: its frames, its session and the tokens it has said so far. Changed in place only during one call. */
import type { CellValue, ColumnToken, MessageToken, SqlToken } from '../sql-tokens.ts';
import type { TypedValue } from './ast.ts';
import { programOf } from './compile.ts';
import type { Program } from './compile.ts';
import { convert } from './convert.ts';
import type { Evaluation } from './evaluation.ts';
import type { CaughtError, Execution, Frame, OutputBinding, RequestOrigin } from './execution.ts';
import type { TsqlHost } from './host.ts';
import type { SessionOptions, TsqlSession } from './session.ts';
import { hostError } from './sql-error.ts';

/** A result set that INSERT ... EXEC is collecting. */
export interface Capture {
  readonly columns: readonly ColumnToken[];
  readonly rows: (readonly CellValue[])[];
}

export interface RunningFrame {
  readonly text: string;
  readonly declarations: string;
  readonly kind: Frame['kind'];
  readonly program: Program;
  pc: number;
  readonly variables: Record<string, TypedValue>;
  readonly handlers: number[];
  readonly caught: CaughtError[];
  readonly outputs: readonly OutputBinding[];
  readonly returnInto: string | undefined;
  readonly database: string | undefined;
  readonly ownTables: string[];
  readonly capture: Capture[] | undefined;
  readonly optionsBefore: SessionOptions | undefined;
}

export interface Machine {
  readonly host: TsqlHost;
  origin: RequestOrigin;
  readonly tokens: SqlToken[];
  readonly frames: RunningFrame[];
  session: TsqlSession;
  /** Set while the request waits for the host. */
  pending: string | undefined;
  /** `end` or `close` was said. */
  finished: boolean;
}

export function newMachine(host: TsqlHost, origin: RequestOrigin, session: TsqlSession): Machine {
  return { host, origin, tokens: [], frames: [], session, pending: undefined, finished: false };
}

export function loadMachine(execution: Execution, host: TsqlHost): Machine {
  const machine = newMachine(host, execution.origin, execution.session);
  for (const frame of execution.frames)
    machine.frames.push({
      ...frame,
      program: programOf(frame.text, frame.declarations),
      variables: { ...frame.variables },
      handlers: [...frame.handlers],
      caught: [...frame.caught],
      ownTables: [...frame.ownTables],
      capture: frame.capture?.map(({ columns, rows }) => ({ columns, rows: [...rows] })),
    });
  return machine;
}

export function saveMachine({ origin, frames, session }: Machine): Execution {
  return { origin, frames: frames.map(savedFrame), session };
}

/** Without the program: it is found again by its text. */
function savedFrame(frame: RunningFrame): Frame {
  const { text, declarations, kind, pc, variables, handlers, caught } = frame;
  const { outputs, returnInto, database, ownTables, capture, optionsBefore } = frame;
  const position = { text, declarations, kind, pc, variables, handlers, caught };
  return { ...position, outputs, returnInto, database, ownTables, capture, optionsBefore };
}

export function topFrame(machine: Machine): RunningFrame | undefined {
  return machine.frames.at(-1);
}

export function evaluationOf(machine: Machine, frame: RunningFrame): Evaluation {
  const { host, session } = machine;
  const caught = frame.caught.at(-1);
  return { host, session, variables: frame.variables, caught, tables: new Map(), memo: new Map() };
}

export function setVariable(frame: RunningFrame, name: string, { type, value }: TypedValue): void {
  const target = frame.variables[name];
  if (target !== undefined)
    frame.variables[name] = { type: target.type, value: convert(value, type, target.type) };
}

export function inProcedure({ frames, origin }: Machine): boolean {
  return frames.length > 1 || origin.kind !== 'batch';
}

/** Rows go to the innermost INSERT ... EXEC, if any; messages always go out. */
export function say(machine: Machine, token: SqlToken): void {
  if (token.kind === 'error') noteError(machine, token.number);
  const sets = machine.frames.findLast((frame) => frame.capture !== undefined)?.capture;
  if (sets === undefined || token.kind === 'info' || token.kind === 'error' || token.kind === 'database')
    machine.tokens.push(token);
  else captureToken(sets, token);
}

export function captureToken(sets: Capture[], token: SqlToken): void {
  if (token.kind === 'columns') sets.push({ columns: token.columns, rows: [] });
  if (token.kind === 'row') sets.at(-1)?.rows.push(token.values);
}

export function sayMessage(machine: Machine, message: MessageToken): void {
  say(machine, { kind: message.class <= 10 ? 'info' : 'error', ...message });
}

export function noteError(machine: Machine, number: number): void {
  machine.session = { ...machine.session, lastError: number, lastRowCount: 0 };
}

/** A statement has ended well: @@ERROR 0, @@ROWCOUNT, its `done`, and on to the next. */
export function complete(
  machine: Machine,
  frame: RunningFrame,
  rows: number | undefined,
  done: boolean,
): void {
  machine.session = { ...machine.session, lastError: 0, lastRowCount: rows ?? 0 };
  if (done) say(machine, { kind: 'done', rows, failed: false, inProcedure: inProcedure(machine) });
  frame.pc += 1;
}

/** Context changes inside a nested text are undone at its end; the client hears of it. */
export function restoreDatabase(machine: Machine, database: string | undefined): void {
  const { host } = machine;
  if (database === undefined || host.currentDatabase().toLowerCase() === database.toLowerCase()) return;
  const outcome = host.command({ kind: 'use', database });
  if (outcome.kind !== 'done') return;
  for (const token of outcome.tokens) if (token.kind === 'database') machine.tokens.push(token);
}

/** For `EXEC mgc.sys.sp_executesql`: the callee's context. */
export function enterDatabase(machine: Machine, database: string): void {
  const outcome = machine.host.command({ kind: 'use', database });
  if (outcome.kind === 'failure') throw hostError(outcome);
  if (outcome.kind === 'done')
    for (const token of outcome.tokens) if (token.kind === 'database') machine.tokens.push(token);
}

export function textOf(value: CellValue): string {
  return value === null ? '' : String(value);
}
