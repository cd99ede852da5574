/** Names in reach while a SELECT is bound: its sources, the outer queries' sources, and what GROUP BY allows. */
import type { CellValue, ColumnToken } from '../sql-tokens.ts';
import type { Bound, Env, Evaluation } from './evaluation.ts';
import { textError } from './sql-error.ts';
import type { Expression } from './syntax.ts';

export interface ScopeSource {
  /** Alias, or the name as written; the last part is what a one-part qualifier must match. Lower case. */
  readonly qualifier: readonly string[];
  readonly columns: readonly ColumnToken[];
  readonly outer: boolean;
}

export interface Accumulator {
  add(env: Env): void;
  result(): CellValue;
}

export interface Grouping {
  /** GROUP BY expressions, for the check that other columns stand inside aggregates. */
  readonly expressions: readonly Expression[];
  /** Found while the select list is bound; one fresh accumulator per group each. */
  readonly aggregates: (() => Accumulator)[];
  /** Inside an aggregate's argument or a grouped expression: columns are free. */
  free: boolean;
}

/** What binding may read. Emptied afterwards: a kept plan must not hold on to the host's state. */
export interface Binding {
  evaluation: Evaluation | undefined;
}

export interface Scope {
  readonly binding: Binding;
  readonly sources: ScopeSource[];
  readonly parent: Scope | undefined;
  grouping: Grouping | undefined;
  /** Set when a name was found outside: the result depends on the outer row. */
  correlated: boolean;
  /** Highest source that names have been found in since this was last set to -1. */
  highest: number;
}

export function newScope(binding: Binding, parent: Scope | undefined): Scope {
  return { binding, sources: [], parent, grouping: undefined, correlated: false, highest: -1 };
}

export function bindingEvaluation({ binding }: Scope): Evaluation {
  if (binding.evaluation === undefined) throw new Error('a scope is bound only once');
  return binding.evaluation;
}

interface Place {
  readonly source: number;
  readonly column: number;
}

const positions = new WeakMap<readonly ColumnToken[], ReadonlyMap<string, number>>();

/** Column positions by lower-case name; the first of two equal names wins. */
export function columnPositions(columns: readonly ColumnToken[]): ReadonlyMap<string, number> {
  const known = positions.get(columns);
  if (known !== undefined) return known;
  const made = new Map<string, number>();
  columns.forEach((column, at) => {
    const key = column.name.toLowerCase();
    if (!made.has(key)) made.set(key, at);
  });
  positions.set(columns, made);
  return made;
}

export function matchesQualifier(source: ScopeSource, qualifier: readonly string[]): boolean {
  if (qualifier.length > source.qualifier.length) return false;
  const offset = source.qualifier.length - qualifier.length;
  return qualifier.every((part, i) => part === '' || part.toLowerCase() === source.qualifier[offset + i]);
}

/** Where a column stands in this scope alone; undefined: nowhere. */
export function findHere(scope: Scope, parts: readonly string[]): Place | undefined {
  const name = (parts.at(-1) ?? '').toLowerCase();
  const qualifier = parts.slice(0, -1);
  let found: Place | undefined;
  for (let source = 0; source < scope.sources.length; source += 1) {
    const candidate = scope.sources[source];
    if (candidate === undefined || !matchesQualifier(candidate, qualifier)) continue;
    const column = columnPositions(candidate.columns).get(name);
    if (column === undefined) continue;
    if (found !== undefined) throw textError(209, parts.at(-1) ?? '');
    found = { source, column };
  }
  return found;
}

export function bindColumn(scope: Scope, parts: readonly string[]): Bound {
  const passed: Scope[] = [];
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const place = findHere(at, parts);
    if (place !== undefined) {
      for (const inner of passed) inner.correlated = true;
      at.highest = Math.max(at.highest, place.source);
      checkGrouping(at, place, parts);
      return columnReader(at, place, passed.length);
    }
    passed.push(at);
  }
  throw unknownColumn(scope, parts);
}

function unknownColumn(scope: Scope, parts: readonly string[]): Error {
  const qualifier = parts.slice(0, -1);
  if (qualifier.length === 0) return textError(207, parts[0] ?? '');
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent)
    if (at.sources.some((source) => matchesQualifier(source, qualifier)))
      return textError(207, parts.at(-1) ?? '');
  return textError(4104, parts.join('.'));
}

function columnReader(scope: Scope, { source, column }: Place, depth: number): Bound {
  const from = scope.sources[source];
  const token = from?.columns[column];
  if (from === undefined || token === undefined) throw textError(207, '');
  const shape = { type: token.type, nullable: token.nullable || from.outer, untyped: false };
  if (depth === 0) return { ...shape, run: (env) => env.rows[source]?.[column] ?? null };
  return {
    ...shape,
    run: (env) => {
      let at: Env | undefined = env;
      for (let i = 0; i < depth; i += 1) at = at?.parent;
      return at?.rows[source]?.[column] ?? null;
    },
  };
}

function checkGrouping(scope: Scope, place: Place, parts: readonly string[]): void {
  const { grouping } = scope;
  if (grouping === undefined || grouping.free) return;
  const grouped = grouping.expressions.some((expression) => {
    if (expression.kind !== 'column') return false;
    const other = findHere(scope, expression.parts);
    return other?.source === place.source && other.column === place.column;
  });
  if (!grouped) throw textError(8120, qualifiedName(scope, place, parts));
}

function qualifiedName(scope: Scope, place: Place, parts: readonly string[]): string {
  const qualifier = scope.sources[place.source]?.qualifier.join('.') ?? '';
  return `${qualifier}${qualifier === '' ? '' : '.'}${parts.at(-1) ?? ''}`;
}
