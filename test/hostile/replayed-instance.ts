/** A TDS server that repeats what a real simulated instance answered to the observing batch, changed as a case wants it. */
import type { ResultSet, SqlAnswer, SqlValue } from '../../src/ports/sql-connection.ts';
import type { SqlToken, SqlType } from '../../src/simulator/sql-tokens.ts';
import {
  columns,
  done,
  end,
  row,
  startScripted,
  type Script,
  type Scripted,
} from '../simulator/tds/scripted-server.ts';

export type Change = (sets: readonly ResultSet[]) => readonly ResultSet[];

const FIRST_COLUMN = 'part_';

/** Without the place of the database, where a part has one. */
export const partOf = ({ columns: [first = ''] }: ResultSet): string =>
  first.slice(FIRST_COLUMN.length).replace(/_\d+$/, '');

function typeOf(values: readonly (SqlValue | undefined)[]): SqlType {
  const value = values.find((candidate) => candidate !== null && candidate !== undefined);
  if (typeof value === 'number') return Number.isInteger(value) ? { name: 'int' } : { name: 'float' };
  return typeof value === 'boolean' ? { name: 'bit' } : { name: 'nvarchar', length: 'max' };
}

/** One SELECT without its end. */
export const openTokensOf = ({ columns: names, rows }: ResultSet): SqlToken[] => [
  columns(...names.map((name) => [name, typeOf(rows.map((cells) => cells[name]))] as const)),
  ...rows.map((cells) => row(...names.map((name) => cells[name] ?? null))),
];

/** SET NOCOUNT ON: no row counts. */
export const tokensOf = (sets: readonly ResultSet[]): SqlToken[] =>
  sets.flatMap((set) => [...openTokensOf(set), done()]);

/** Everything up to the part, then what the case puts in its place, then the rest. */
export function instead(
  sets: readonly ResultSet[],
  part: string,
  tokens: (set: ResultSet) => readonly SqlToken[],
): SqlToken[] {
  return [...sets.flatMap((set) => (partOf(set) === part ? tokens(set) : tokensOf([set]))), end()];
}

export const changed =
  (part: string, change: (set: ResultSet) => readonly ResultSet[]): Change =>
  (sets) =>
    sets.flatMap((set) => (partOf(set) === part ? change(set) : [set]));

export const renamed = (part: string, from: string, to: string): Change =>
  changed(part, ({ columns: names, rows }) => [
    {
      columns: names.map((name) => (name === from ? to : name)),
      rows: rows.map((cells) =>
        Object.fromEntries(Object.entries(cells).map(([name, value]) => [name === from ? to : name, value])),
      ),
    },
  ]);

export const without = (part: string, column: string): Change =>
  changed(part, ({ columns: names, rows }) => [
    {
      columns: names.filter((name) => name !== column),
      rows: rows.map((cells) =>
        Object.fromEntries(Object.entries(cells).filter(([name]) => name !== column)),
      ),
    },
  ]);

export const valued = (part: string, column: string, value: SqlValue): Change =>
  changed(part, ({ columns: names, rows }) => [
    { columns: names, rows: rows.map((cells) => ({ ...cells, [column]: value })) },
  ]);

export interface Replayed {
  readonly script: Script;
  /** True while the case misbehaves; false: the true answer. */
  readonly hostile: () => boolean;
}

export function replaying(
  answer: SqlAnswer,
  hostile: () => boolean,
  tokens: (sets: readonly ResultSet[]) => readonly SqlToken[] | undefined,
  more: Script = {},
): Promise<Scripted> {
  const healthy = [...tokensOf(answer.resultSets), end()];
  return startScripted({ ...more, answer: () => (hostile() ? tokens(answer.resultSets) : healthy) });
}
