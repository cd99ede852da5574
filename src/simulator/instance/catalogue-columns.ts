/** Named values as rows in the order of the catalogue's columns. */
import type { CellValue, ColumnToken } from '../sql-tokens.ts';
import type { VirtualTable } from '../tsql/ast.ts';
import type { CatalogueObject } from '../catalogue/catalogue.ts';
import { columnsOf, emptyValue } from '../catalogue/columns.ts';

export type NamedValues = Readonly<Record<string, CellValue>>;

/** Columns that are not named are NULL, or empty where the page says that they never are; `bitDefault` false makes unnamed bits 0. */
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
  const unnamed = ({ type, nullable }: ColumnToken): CellValue => {
    if (type.name === 'bit') return bitDefault ?? (nullable ? null : false);
    return nullable ? null : emptyValue(type);
  };
  return { columns, row: (values) => columns.map((column) => values[column.name] ?? unnamed(column)) };
}
