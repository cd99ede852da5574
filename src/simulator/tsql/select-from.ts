/** FROM as nested loops over the sources, with an index for `a.x = b.y` joins so that history tables stay linear. */
import type { CellValue, ColumnToken, SqlType } from '../sql-tokens.ts';
import { bindValue, meetingType } from './bind-expressions.ts';
import { bindTest } from './bind-predicates.ts';
import { keyOf } from './compare.ts';
import { convert } from './convert.ts';
import { readTable } from './evaluation.ts';
import type { Bound, Env, Row, Test } from './evaluation.ts';
import { bindQuery } from './query-plan.ts';
import type { QueryPlan } from './query-plan.ts';
import { bindingEvaluation, findHere, newScope } from './scope.ts';
import type { Scope } from './scope.ts';
import { hostError, textError } from './sql-error.ts';
import { objectName } from './syntax.ts';
import type { Expression, JoinStep, NameParts, Source } from './syntax.ts';

interface Reader {
  readonly columns: readonly ColumnToken[];
  /** Rows depend on the rows before (APPLY): read again for each. */
  readonly lateral: boolean;
  rows(env: Env): readonly Row[];
}

interface Lookup {
  readonly column: number;
  readonly columnType: SqlType;
  readonly probe: Bound;
  readonly type: SqlType;
}

interface BoundStep {
  /** WHERE terms that need no later source. */
  readonly filters: Test[];
  readonly reader: Reader;
  readonly outer: boolean;
  readonly on: Test | undefined;
  readonly lookup: Lookup | undefined;
}

/** Calls `onRow` for every combination; stops when it answers false. */
export type FromPlan = (env: Env, onRow: () => boolean) => void;

/** Fewer rows are faster to walk than to index. */
const INDEX_FROM = 8;

export function bindFrom(scope: Scope, steps: readonly JoinStep[], where: Expression | undefined): FromPlan {
  const bound = steps.map((step) => bindStep(scope, step));
  if (bound.length === 0) return bindRowless(scope, where);
  for (const term of where === undefined ? [] : conjuncts(where)) {
    scope.highest = -1;
    const test = bindTest(scope, term);
    bound[Math.max(0, scope.highest)]?.filters.push(test);
  }
  return (env, onRow) => {
    const cursors = bound.map((step) => cursorOf(step));
    const walk = (at: number): boolean => {
      const cursor = cursors[at];
      return cursor === undefined ? onRow() : cursor(env, at, () => walk(at + 1));
    };
    walk(0);
  };
}

/** SELECT without FROM: one row, or none. */
function bindRowless(scope: Scope, where: Expression | undefined): FromPlan {
  const test = where === undefined ? undefined : bindTest(scope, where);
  return (env, onRow) => {
    if (test === undefined || test(env) === true) onRow();
  };
}

type Cursor = (env: Env, at: number, inner: () => boolean) => boolean;

/** One run's reading of one source; rows that do not depend on others are read once. */
function cursorOf(step: BoundStep): Cursor {
  const { reader, on, outer, filters } = step;
  const kept = (env: Env) => filters.every((filter) => filter(env) === true);
  let all: readonly Row[] | undefined;
  let index: ReadonlyMap<unknown, readonly Row[]> | undefined;
  const candidates = (env: Env): readonly Row[] => {
    if (reader.lateral) return reader.rows(env);
    all ??= reader.rows(env);
    if (step.lookup === undefined || all.length < INDEX_FROM) return all;
    index ??= indexOf(all, step.lookup);
    return probe(index, step.lookup, env);
  };
  return (env, at, inner) => {
    let matched = false;
    for (const row of candidates(env)) {
      env.rows[at] = row;
      if (on !== undefined && on(env) !== true) continue;
      matched = true;
      if (kept(env) && !inner()) return false;
    }
    if (matched || !outer) return true;
    env.rows[at] = undefined;
    return !kept(env) || inner();
  };
}

const indexes = new WeakMap<readonly Row[], Map<Lookup, ReadonlyMap<unknown, readonly Row[]>>>();

/** Frozen rows are those of a table that did not change since: its index is still good. */
function indexOf(rows: readonly Row[], lookup: Lookup): ReadonlyMap<unknown, readonly Row[]> {
  if (!Object.isFrozen(rows)) return indexed(rows, lookup);
  let known = indexes.get(rows);
  if (known === undefined)
    indexes.set(rows, (known = new Map<Lookup, ReadonlyMap<unknown, readonly Row[]>>()));
  let index = known.get(lookup);
  if (index === undefined) known.set(lookup, (index = indexed(rows, lookup)));
  return index;
}

function indexed(rows: readonly Row[], lookup: Lookup): ReadonlyMap<unknown, readonly Row[]> {
  const key = keyOf(lookup.type);
  const made = new Map<unknown, Row[]>();
  for (const row of rows) {
    const value = convert(row[lookup.column] ?? null, lookup.columnType, lookup.type);
    if (value === null) continue;
    const at = key(value);
    const known = made.get(at);
    if (known === undefined) made.set(at, [row]);
    else known.push(row);
  }
  return made;
}

const NO_ROWS: readonly Row[] = [];

function probe(index: ReadonlyMap<unknown, readonly Row[]>, lookup: Lookup, env: Env): readonly Row[] {
  const value: CellValue = convert(lookup.probe.run(env), lookup.probe.type, lookup.type);
  return value === null ? NO_ROWS : (index.get(keyOf(lookup.type)(value)) ?? NO_ROWS);
}

function bindStep(scope: Scope, step: JoinStep): BoundStep {
  const apply = step.join === 'cross-apply' || step.join === 'outer-apply';
  const outer = step.join === 'left' || step.join === 'outer-apply';
  const reader = bindSource(scope, step.source, apply);
  scope.sources.push({ qualifier: qualifierOf(step.source), columns: reader.columns, outer });
  const on = step.on === undefined ? undefined : bindTest(scope, step.on);
  const lookup = reader.lateral || step.on === undefined ? undefined : findLookup(scope, step.on);
  return { filters: [], reader, outer, on, lookup };
}

function qualifierOf(source: Source): readonly string[] {
  if (source.alias !== undefined) return [source.alias.toLowerCase()];
  return source.kind === 'derived' ? [] : source.name.map((part) => part.toLowerCase());
}

function bindSource(scope: Scope, source: Source, apply: boolean): Reader {
  switch (source.kind) {
    case 'table': {
      const { columns } = readTable(bindingEvaluation(scope), source.name);
      return { columns, lateral: false, rows: (env) => readTable(env.evaluation, source.name).rows };
    }
    case 'function':
      return bindTableFunction(scope, source, apply);
    case 'derived':
      return bindDerived(scope, source, apply);
  }
}

function bindTableFunction(
  scope: Scope,
  source: Extract<Source, { kind: 'function' }>,
  apply: boolean,
): Reader {
  const args = source.arguments.map((argument) => bindValue(scope, argument));
  const lateral = apply || scope.sources.length > 0;
  // The columns do not depend on the arguments; NULLs are enough to learn them.
  const { columns } = callTableFunction(
    bindingEvaluation(scope).host,
    source.name,
    args.map(() => null),
  );
  return {
    columns,
    lateral,
    rows: (env) =>
      callTableFunction(
        env.evaluation.host,
        source.name,
        args.map((argument) => argument.run(env)),
      ).rows,
  };
}

function callTableFunction(host: Env['evaluation']['host'], name: NameParts, args: readonly CellValue[]) {
  const found = host.tableFunction(objectName(name), args);
  if (found === undefined) throw textError(208, name.join('.'));
  if ('kind' in found) throw hostError(found, 'text');
  return found;
}

/** Only APPLY lets a derived table see the sources before it. */
function bindDerived(scope: Scope, source: Extract<Source, { kind: 'derived' }>, apply: boolean): Reader {
  const parent = apply ? scope : scope.parent;
  const inner = newScope(scope.binding, parent);
  const plan = bindQuery(inner, source.query);
  if (!apply) scope.correlated ||= inner.correlated;
  const columns = derivedColumns(plan, source.columns, source.alias);
  return { columns, lateral: apply, rows: (env) => collect(plan, env, apply ? env : env.parent) };
}

function collect(plan: QueryPlan, env: Env, parent: Env | undefined): readonly Row[] {
  const rows: Row[] = [];
  plan.run(env.evaluation, parent, (values) => {
    rows.push(values);
    return true;
  });
  return rows;
}

function derivedColumns(
  plan: QueryPlan,
  names: readonly string[] | undefined,
  alias: string,
): readonly ColumnToken[] {
  if (names !== undefined && names.length !== plan.columns.length)
    throw textError(8155, names.length + 1, alias);
  const columns = plan.columns.map((column, at) => ({ ...column, name: names?.[at] ?? column.name }));
  const seen = new Set<string>();
  columns.forEach((column, at) => {
    const key = column.name.toLowerCase();
    if (key === '') throw textError(8155, at + 1, alias);
    if (seen.has(key)) throw textError(8156, column.name, alias);
    seen.add(key);
  });
  return columns;
}

function conjuncts(expression: Expression): readonly Expression[] {
  return expression.kind === 'and'
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];
}

/** An `=` between a column of the newest source and a column of an earlier one, a variable or a constant. */
function findLookup(scope: Scope, on: Expression): Lookup | undefined {
  const newest = scope.sources.length - 1;
  for (const part of conjuncts(on)) {
    if (part.kind !== 'compare' || part.operator !== '=') continue;
    for (const [own, other] of [
      [part.left, part.right],
      [part.right, part.left],
    ] as const) {
      const place = own.kind === 'column' ? findHere(scope, own.parts) : undefined;
      if (place?.source !== newest || dependsOnNewest(scope, other, newest)) continue;
      const column = bindValue(scope, own);
      const probeValue = bindValue(scope, other);
      const type = meetingType([column, probeValue]);
      return { column: place.column, columnType: column.type, probe: probeValue, type };
    }
  }
  return undefined;
}

function dependsOnNewest(scope: Scope, expression: Expression, newest: number): boolean {
  if (expression.kind === 'literal' || expression.kind === 'variable') return false;
  return expression.kind !== 'column' || findHere(scope, expression.parts)?.source === newest;
}
