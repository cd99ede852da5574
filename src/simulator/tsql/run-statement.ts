/** One instruction at a time: control flow, variables, SELECT, #tables; the rest goes to calls, inserts and the host. */
import type { ColumnToken } from '../sql-tokens.ts';
import { evaluate, holds, queryPlan } from './bind-cache.ts';
import { finishProcedure, runCall } from './calls.ts';
import { commandOf } from './commands.ts';
import type { Instruction } from './compile.ts';
import { convert } from './convert.ts';
import type { CommandOutcome } from './host.ts';
import { finishInsert, runInsert } from './insert.ts';
import { readTable } from './evaluation.ts';
import type { Row } from './evaluation.ts';
import { keptAnswer, watch } from './kept-answers.ts';
import { complete, evaluationOf, noteError, say, sayMessage, setVariable } from './machine.ts';
import type { Machine, RunningFrame } from './machine.ts';
import { printed, raisedError, thrownError } from './run-messages.ts';
import { hostError, statementError, textError } from './sql-error.ts';
import type { ColumnDefinition, PlainStatement } from './syntax.ts';
import { INT } from './types.ts';

/** Throws SqlError; sets `machine.pending` when the host needs time. Never called with `return`. */
export function runInstruction(machine: Machine, frame: RunningFrame, instruction: Instruction): void {
  switch (instruction.op) {
    case 'run': {
      runStatement(machine, frame, instruction.statement, instruction.line);
      return;
    }
    case 'jump':
      frame.pc = instruction.to;
      return;
    case 'jump-unless': {
      const taken = holds(instruction.condition, evaluationOf(machine, frame));
      noteError(machine, 0);
      frame.pc = taken ? frame.pc + 1 : instruction.to;
      return;
    }
    case 'try':
      frame.handlers.push(instruction.handler);
      frame.pc += 1;
      return;
    case 'end-try':
      frame.handlers.pop();
      frame.pc = instruction.to;
      return;
    case 'end-catch':
      frame.caught.pop();
      frame.pc += 1;
      return;
    case 'return':
      return;
  }
}

function runStatement(machine: Machine, frame: RunningFrame, statement: PlainStatement, line: number): void {
  switch (statement.kind) {
    case 'declare':
      if (statement.value === undefined) frame.pc += 1;
      else assign(machine, frame, statement.name, statement.value);
      return;
    case 'assign': {
      assign(machine, frame, statement.name, statement.value);
      return;
    }
    case 'set-option': {
      setOption(machine, frame, statement);
      return;
    }
    case 'select': {
      if (statement.assigns) runAssigning(machine, frame, statement);
      else runSelect(machine, frame, statement);
      return;
    }
    case 'print': {
      const message = printed(statement.value, evaluationOf(machine, frame));
      sayMessage(machine, { number: 0, state: 1, class: 0, message, procedure: '', line });
      complete(machine, frame, undefined, false);
      return;
    }
    case 'raiserror': {
      runRaiserror(machine, frame, statement, line);
      return;
    }
    case 'throw':
      throw thrownError(statement, evaluationOf(machine, frame));
    case 'create-table': {
      createTable(machine, frame, statement.name, statement.columns);
      return;
    }
    case 'drop-table': {
      dropTables(machine, frame, statement.names);
      return;
    }
    case 'insert':
      insert(machine, frame, statement);
      return;
    case 'exec': {
      runCall(machine, frame, statement.call, false);
      return;
    }
    default: {
      runCommand(machine, frame, statement);
      return;
    }
  }
}

/** The target of INSERT ... EXEC must be there before the callee runs. */
function insert(
  machine: Machine,
  frame: RunningFrame,
  statement: Extract<PlainStatement, { kind: 'insert' }>,
): void {
  if (statement.source.kind === 'exec') {
    readTable(evaluationOf(machine, frame), statement.table);
    runCall(machine, frame, statement.source.call, true);
  } else finishInsert(machine, frame, runInsert(machine, frame, statement));
}

type Of<K extends PlainStatement['kind']> = Extract<PlainStatement, { kind: K }>;

function assign(machine: Machine, frame: RunningFrame, name: string, value: Of<'assign'>['value']): void {
  setVariable(frame, name, evaluate(value, evaluationOf(machine, frame)));
  complete(machine, frame, 1, false);
}

function setOption(machine: Machine, frame: RunningFrame, { options, value }: Of<'set-option'>): void {
  const result =
    typeof value === 'boolean'
      ? { type: INT, value: value ? 1 : 0 }
      : evaluate(value, evaluationOf(machine, frame));
  const number = Number(convert(result.value, result.type, INT) ?? 0);
  let next = machine.session.options;
  for (const option of options) {
    if (option === 'NOCOUNT') next = { ...next, nocount: number !== 0 };
    if (option === 'XACT_ABORT') next = { ...next, xactAbort: number !== 0 };
    if (option === 'LOCK_TIMEOUT') next = { ...next, lockTimeoutMs: number };
  }
  machine.session = { ...machine.session, options: next };
  complete(machine, frame, undefined, false);
}

function runSelect(machine: Machine, frame: RunningFrame, { query }: Of<'select'>): void {
  const evaluation = evaluationOf(machine, frame);
  const plan = queryPlan(query, evaluation);
  say(machine, { kind: 'columns', columns: plan.columns });
  const known = keptAnswer(plan, evaluation);
  if (known !== undefined) {
    for (const values of known) say(machine, { kind: 'row', values });
    complete(machine, frame, known.length, true);
    return;
  }
  const watching = watch(plan, evaluation);
  const rows: Row[] = [];
  plan.run(watching.evaluation, undefined, (values) => {
    rows.push(values);
    say(machine, { kind: 'row', values });
    return true;
  });
  watching.keep(rows);
  complete(machine, frame, rows.length, true);
}

/** SELECT @a = x, @b = y: the last row stays; no row leaves the variables as they were. */
function runAssigning(machine: Machine, frame: RunningFrame, { query }: Of<'select'>): void {
  const evaluation = evaluationOf(machine, frame);
  const plan = queryPlan(query, evaluation);
  const names = (query.branches[0]?.items ?? []).map((item) => (item.kind === 'assign' ? item.variable : ''));
  let rows = 0;
  plan.run(evaluation, undefined, (values) => {
    rows += 1;
    names.forEach((name, at) => {
      const type = plan.columns[at]?.type;
      if (type !== undefined) setVariable(frame, name, { type, value: values[at] ?? null });
    });
    return true;
  });
  complete(machine, frame, machine.session.options.nocount ? undefined : rows, true);
  machine.session = { ...machine.session, lastRowCount: rows };
}

function runRaiserror(machine: Machine, frame: RunningFrame, statement: Of<'raiserror'>, line: number): void {
  const error = raisedError(statement, evaluationOf(machine, frame));
  const [detail] = error.errors;
  if (detail === undefined || detail.class > 10) throw error;
  sayMessage(machine, { ...detail, procedure: '', line });
  complete(machine, frame, undefined, false);
  if (statement.setError) machine.session = { ...machine.session, lastError: detail.number };
}

const columnTokens = new WeakMap<readonly ColumnDefinition[], readonly ColumnToken[]>();

/** The same array for every run of the same text, so that plans over the table can be kept. */
function tokensOf(columns: readonly ColumnDefinition[]): readonly ColumnToken[] {
  let tokens = columnTokens.get(columns);
  if (tokens === undefined) {
    tokens = columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
    columnTokens.set(columns, tokens);
  }
  return tokens;
}

function createTable(
  machine: Machine,
  frame: RunningFrame,
  name: string,
  columns: readonly ColumnDefinition[],
): void {
  const { session } = machine;
  const key = name.toLowerCase();
  if (session.tempTables[key] !== undefined) throw statementError(2714, name);
  const table = { name, columns: tokensOf(columns), rows: [] };
  machine.session = { ...session, tempTables: { ...session.tempTables, [key]: table } };
  frame.ownTables.push(key);
  complete(machine, frame, undefined, true);
}

function dropTables(machine: Machine, frame: RunningFrame, names: Of<'drop-table'>['names']): void {
  for (const name of names) {
    const { session } = machine;
    const key = (name.at(-1) ?? '').toLowerCase();
    if (session.tempTables[key] === undefined) throw statementError(3701, 'table', name.join('.'));
    const left = Object.entries(session.tempTables).filter(([known]) => known !== key);
    machine.session = { ...session, tempTables: Object.fromEntries(left) };
  }
  complete(machine, frame, undefined, true);
}

function runCommand(machine: Machine, frame: RunningFrame, statement: PlainStatement): void {
  const command = commandOf(statement, evaluationOf(machine, frame));
  if (command === undefined) throw textError(102, statement.kind);
  finishCommand(machine, frame, machine.host.command(command));
}

function finishCommand(machine: Machine, frame: RunningFrame, outcome: CommandOutcome): void {
  if (outcome.kind === 'pending') {
    machine.pending = outcome.operation;
    return;
  }
  if (outcome.kind === 'failure') throw hostError(outcome);
  for (const token of outcome.tokens) say(machine, token);
  // A result set of the host brings its own `done`.
  complete(machine, frame, outcome.rows, outcome.tokens.at(-1)?.kind !== 'done');
}

/** The host has finished what the current instruction waits for. */
export function takeOutcome(machine: Machine, frame: RunningFrame, outcome: CommandOutcome): void {
  const instruction = frame.program.instructions[frame.pc];
  if (instruction?.op !== 'run') return;
  const { statement } = instruction;
  if (statement.kind === 'exec' && statement.call.kind === 'procedure') {
    finishProcedure(machine, frame, statement.call, outcome, false);
    return;
  }
  if (statement.kind !== 'insert') {
    finishCommand(machine, frame, outcome);
    return;
  }
  const { source } = statement;
  if (source.kind === 'exec' && source.call.kind === 'procedure') {
    finishProcedure(machine, frame, source.call, outcome, true);
    return;
  }
  finishInsert(machine, frame, outcome);
}
