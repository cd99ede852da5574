/** The parameters of a procedure as a call binds them, from the catalogue. */
import type { CellValue } from '../sql-tokens.ts';
import { catalogueProcedures, type CatalogueProcedure } from './catalogue.ts';
import { existsSince } from './version-gate.ts';

export interface ParameterSpec {
  readonly name: string;
  readonly required: boolean;
  readonly fallback: CellValue;
}

/** Newest release that the estate serves; the pages know no parameter that came between the releases before it. */
const NEWEST = '16.0';

function valueOf(text: string | undefined): CellValue {
  if (text === undefined || text === 'NULL') return null;
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

export function parametersOf(procedure: CatalogueProcedure): readonly ParameterSpec[] {
  return (catalogueProcedures[procedure].parameters ?? [])
    .filter(({ since }) => since === undefined || existsSince(NEWEST, since))
    .map((parameter) => ({
      name: parameter.name.toLowerCase(),
      required: parameter.required === true,
      fallback: valueOf(parameter.default),
    }));
}
