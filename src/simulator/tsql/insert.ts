/** INSERT: rows to the target's types and order (8152, 515, 213), then into the #table or to the host as one command. */
import type { CellValue, ColumnToken } from '../sql-tokens.ts';
import { evaluate, queryPlan } from './bind-cache.ts';
import { convert } from './convert.ts';
import { readTable } from './evaluation.ts';
import type { Row } from './evaluation.ts';
import type { CapturedRows } from './execution.ts';
import type { CommandOutcome } from './host.ts';
import { complete, evaluationOf } from './machine.ts';
import type { Machine, RunningFrame } from './machine.ts';
import { columnPositions } from './scope.ts';
import { hostError, statementError, textError } from './sql-error.ts';
import type { SqlError } from './sql-error.ts';
import { objectName } from './syntax.ts';
import type { NameParts, PlainStatement } from './syntax.ts';
import { isText, textLength } from './types.ts';

type Insert = Extract<PlainStatement, { kind: 'insert' }>;

interface Target {
  readonly name: NameParts;
  readonly all: readonly ColumnToken[];
  /** Columns that get the values, in the values' order. */
  readonly chosen: readonly ColumnToken[];
  readonly positions: readonly number[];
}

/** VALUES and SELECT. An outcome that is pending must be given to `finishInsert` later. */
export function runInsert(machine: Machine, frame: RunningFrame, insert: Insert): CommandOutcome {
  const evaluation = evaluationOf(machine, frame);
  const target = targetOf(readTable(evaluation, insert.table).columns, insert);
  const { source } = insert;
  const rows: Row[] = [];
  if (source.kind === 'values')
    for (const values of source.rows) {
      if (values.length !== target.chosen.length) throw widthError(insert, values.length, target, 109, 110);
      const typed = values.map((value) => evaluate(value, evaluation));
      const place = placer(target, (at) => typed[at]?.type);
      rows.push(place(typed.map(({ value }) => value)));
    }
  if (source.kind === 'query') {
    const plan = queryPlan(source.query, evaluation);
    if (plan.columns.length !== target.chosen.length)
      throw widthError(insert, plan.columns.length, target, 120, 121);
    const place = placer(target, (at) => plan.columns[at]?.type);
    plan.run(evaluation, undefined, (values) => rows.push(place(values)) > 0);
  }
  return store(machine, target, rows);
}

/** More values than columns are 110 and 121, fewer 109 and 120; without a column list always 213. */
function widthError(
  insert: Insert,
  width: number,
  target: Target,
  fewer: 109 | 120,
  more: 110 | 121,
): SqlError {
  if (insert.columns === undefined) return textError(213);
  return textError(width < target.chosen.length ? fewer : more);
}

function targetOf(all: readonly ColumnToken[], insert: Insert): Target {
  const name = insert.table;
  if (insert.columns === undefined)
    return { name, all, chosen: all, positions: all.map((_column, at) => at) };
  const known = columnPositions(all);
  const positions = insert.columns.map((column) => {
    const at = known.get(column.toLowerCase());
    if (at === undefined) throw textError(207, column);
    return at;
  });
  const twice = insert.columns.find((_column, at) => positions.indexOf(positions[at] ?? -1) !== at);
  if (twice !== undefined) throw textError(264, twice);
  const chosen = positions.flatMap((at) => all[at] ?? []);
  return { name, all, chosen, positions };
}

type Placer = (values: Row) => Row;

function placer(target: Target, typeAt: (at: number) => ColumnToken['type'] | undefined): Placer {
  return (values) => {
    const row: CellValue[] = target.all.map(() => null);
    target.chosen.forEach((column, at) => {
      const from = typeAt(at) ?? column.type;
      row[target.positions[at] ?? at] = fitted(values[at] ?? null, from, column);
    });
    const missing = target.all.find((column, at) => !column.nullable && row[at] === null);
    if (missing !== undefined) throw statementError(515, missing.name, target.name.join('.'));
    return row;
  };
}

function fitted(value: CellValue, from: ColumnToken['type'], column: ColumnToken): CellValue {
  if (value === null) return null;
  if (isText(column.type) && typeof value === 'string' && isText(from)) {
    if (value.replace(/ +$/, '').length > textLength(column.type)) throw statementError(8152);
  }
  return convert(value, from, column.type);
}

function store(machine: Machine, target: Target, rows: readonly Row[]): CommandOutcome {
  const key = (target.name.at(-1) ?? '').toLowerCase();
  const table = machine.session.tempTables[key];
  if (!key.startsWith('#') || table === undefined) {
    const columns = target.all.map((column) => column.name);
    return machine.host.command({ kind: 'insert', table: objectName(target.name), columns, rows });
  }
  const grown = { ...table, rows: [...table.rows, ...rows] };
  machine.session = { ...machine.session, tempTables: { ...machine.session.tempTables, [key]: grown } };
  return { kind: 'done', tokens: [], rows: rows.length };
}

/** INSERT ... EXEC: the callee has ended; every result set must have the target's width. */
export function insertCaptured(machine: Machine, frame: RunningFrame, sets: readonly CapturedRows[]): void {
  const instruction = frame.program.instructions[frame.pc];
  if (instruction?.op !== 'run' || instruction.statement.kind !== 'insert') return;
  const insert = instruction.statement;
  const target = targetOf(readTable(evaluationOf(machine, frame), insert.table).columns, insert);
  const rows = sets.flatMap((set) => {
    if (set.columns.length !== target.chosen.length) throw statementError(213);
    return set.rows.map(placer(target, (at) => set.columns[at]?.type));
  });
  finishInsert(machine, frame, store(machine, target, rows));
}

export function finishInsert(machine: Machine, frame: RunningFrame, outcome: CommandOutcome): void {
  if (outcome.kind === 'failure') throw hostError(outcome);
  if (outcome.kind === 'pending') {
    machine.pending = outcome.operation;
    return;
  }
  const rows = outcome.rows ?? 0;
  const counted = machine.session.options.nocount ? undefined : rows;
  complete(machine, frame, counted, true);
  machine.session = { ...machine.session, lastRowCount: rows };
}
