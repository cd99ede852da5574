/** The catalogue's columns and parameters as the estate uses them, for one product version. */
import type { CellValue, ColumnToken, SqlType } from '../sql-tokens.ts';
import {
  catalogueObjects,
  catalogueProcedures,
  type CatalogueColumn,
  type CatalogueObject,
  type CatalogueProcedure,
} from './catalogue.ts';
import { existsSince } from './version-gate.ts';

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

function tokens(columns: readonly CatalogueColumn[], productVersion: string): readonly ColumnToken[] {
  return columns
    .filter(({ since }) => since === undefined || existsSince(productVersion, since))
    .map(({ name, type, nullable }) => ({ name, type: sqlType(type), nullable: nullable !== false }));
}

/** Pure function of its key, so remembering it is safe; one entry per object and version of the estate. */
const remembered = new Map<string, readonly ColumnToken[]>();

function once(key: string, make: () => readonly ColumnToken[]): readonly ColumnToken[] {
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const made = make();
  remembered.set(key, made);
  return made;
}

/** Empty: that version has no such object. */
export function columnsOf(object: CatalogueObject, productVersion: string): readonly ColumnToken[] {
  return once(`${productVersion}/${object}`, () => {
    const { columns, since } = catalogueObjects[object];
    if (since !== undefined && !existsSince(productVersion, since)) return [];
    return tokens(columns ?? [], productVersion);
  });
}

/** Of the procedure's first result set. */
export function resultColumnsOf(
  procedure: CatalogueProcedure,
  productVersion: string,
): readonly ColumnToken[] {
  return once(`${productVersion}/${procedure}`, () => {
    const [first] = catalogueProcedures[procedure].resultSets ?? [];
    return tokens(first?.columns ?? [], productVersion);
  });
}

/** What stands in a column that is never NULL where the estate has nothing to say: zero or empty. */
export function emptyValue(type: SqlType): CellValue {
  switch (type.name) {
    case 'bit':
      return false;
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'real':
    case 'float':
      return 0;
    case 'bigint':
      return 0n;
    case 'nvarchar':
    case 'varchar':
      return '';
    case 'uniqueidentifier':
      return '00000000-0000-0000-0000-000000000000';
    default:
      throw new Error(`catalogue: a ${type.name} that is never NULL needs a value`);
  }
}
