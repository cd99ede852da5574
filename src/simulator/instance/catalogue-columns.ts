/** Turns the catalogue's column lines into column tokens for one product version, and named values into rows in that order. */
import type { CellValue, ColumnToken, SqlType } from '../sql-tokens.ts';
import type { VirtualTable } from '../tsql/ast.ts';
import { ACTIVITY_OBJECTS } from './catalogue-activity.ts';
import { BACKUP_OBJECTS } from './catalogue-backup.ts';
import { SERVER_OBJECTS } from './catalogue-server.ts';

const OBJECTS = { ...SERVER_OBJECTS, ...ACTIVITY_OBJECTS, ...BACKUP_OBJECTS };
export type CatalogueObject = keyof typeof OBJECTS;

const PLAIN_TYPES = new Set([
  'int',
  'bigint',
  'smallint',
  'tinyint',
  'bit',
  'real',
  'float',
  'uniqueidentifier',
  'datetime',
  'sql_variant',
]);

export function sqlType(text: string): SqlType {
  if (text === 'sysname') return { name: 'nvarchar', length: 128 };
  if (PLAIN_TYPES.has(text)) return { name: text } as SqlType;
  const match = /^(\w+)\((\w+)(?:,(\d+))?\)$/.exec(text);
  const name = match?.[1] ?? '';
  const size = match?.[2] ?? '';
  if (name === 'numeric' || name === 'decimal')
    return { name: 'numeric', precision: Number(size), scale: Number(match?.[3] ?? 0) };
  if (name === 'datetimeoffset' || name === 'datetime2') return { name, scale: Number(size) };
  if (name === 'nvarchar' || name === 'varchar' || name === 'varbinary')
    return { name, length: size === 'max' ? 'max' : Number(size) };
  if (name === 'binary') return { name: 'varbinary', length: Number(size) };
  if (name === 'nchar' || name === 'char') return { name, length: Number(size) };
  throw new Error(`catalogue: unknown type ${text}`);
}

/** `13` or `12.0.2342` against `13.0.6300.2`. */
function hasVersion(productVersion: string, since: string): boolean {
  const own = productVersion.split('.').map(Number);
  const wanted = since.split('.').map(Number);
  for (const [index, part] of wanted.entries()) {
    const mine = own[index] ?? 0;
    if (mine !== part) return mine > part;
  }
  return true;
}

function parseColumns(lines: string, productVersion: string): readonly ColumnToken[] {
  return lines
    .split(';')
    .map((entry) => /^(\S+) ([^@\s]+)(?:@(\S+))?$/.exec(entry.trim()))
    .filter((match) => match !== null)
    .filter((match) => match[3] === undefined || hasVersion(productVersion, match[3]))
    .map((match) => ({ name: match[1] ?? '', type: sqlType(match[2] ?? ''), nullable: true }));
}

/** Pure function of its key, so remembering it is safe; one entry per object and version of the estate. */
const remembered = new Map<string, readonly ColumnToken[]>();

export function columnsOf(object: CatalogueObject, productVersion: string): readonly ColumnToken[] {
  const key = `${productVersion}/${object}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const columns = parseColumns(OBJECTS[object], productVersion);
  remembered.set(key, columns);
  return columns;
}

export type NamedValues = Readonly<Record<string, CellValue>>;

/** Columns that are not named are NULL; `bitDefault` false makes unnamed bits 0. */
export function tableOf(
  object: CatalogueObject,
  productVersion: string,
  rows: readonly NamedValues[],
  bitDefault: false | null = null,
): VirtualTable {
  const { columns, row } = rowsIn(object, productVersion, bitDefault);
  return { columns, rows: rows.map(row) };
}

/** The columns, and how named values become a row of them. */
export function rowsIn(
  object: CatalogueObject,
  productVersion: string,
  bitDefault: false | null,
): {
  readonly columns: readonly ColumnToken[];
  readonly row: (values: NamedValues) => readonly CellValue[];
} {
  const columns = columnsOf(object, productVersion);
  return {
    columns,
    row: (values) =>
      columns.map((column) => values[column.name] ?? (column.type.name === 'bit' ? bitDefault : null)),
  };
}
