/** Compares what a text touches with the catalogue: every name of it is known there, or is a complaint. */
import {
  catalogueFunctions,
  catalogueObjects,
  catalogueProcedures,
  catalogueStatements,
  type CatalogueEntry,
} from '../../src/simulator/catalogue/catalogue.ts';
import { existsSince } from '../../src/simulator/catalogue/version-gate.ts';
import type { SqlStatement } from '../../src/ports/sql-connection.ts';
import type { GrammarAnswer, ObjectUse, ProcedureUse, Touched } from './grammar.ts';

interface Known {
  readonly since?: string | undefined;
  readonly unverified?: string | undefined;
}

/** Words that the tree spells otherwise than the pages: NO_RECOVERY, NORECOVERY. */
export const folded = (words: string): string => words.replace(/[_ ]/g, '').toLowerCase();

const byFoldedName = (
  entries: Readonly<Record<string, CatalogueEntry>>,
): ReadonlyMap<string, CatalogueEntry> =>
  new Map(Object.entries(entries).map(([name, entry]) => [folded(name), entry]));

const OBJECTS = byFoldedName(catalogueObjects);
const PROCEDURES = byFoldedName(catalogueProcedures);
const FUNCTIONS = byFoldedName(catalogueFunctions);
const STATEMENTS = byFoldedName(catalogueStatements);

/** Key in the catalogue: `sys.x` of any database, `msdb.dbo.x`; what is in another database is a table of a chat database. */
export function keyOf({ database, schema, name }: ObjectUse): string {
  if (schema?.toLowerCase() === 'sys') return `sys.${name}`;
  if (database?.toLowerCase() === 'msdb') return `msdb.${schema ?? 'dbo'}.${name}`;
  return `${schema ?? 'dbo'}.${name}`;
}

export const procedureKey = ({ database, name }: ProcedureUse): string => `${database ?? 'master'}.${name}`;

/** What one text says, judged for one version: names that it uses, and complaints. */
export class KnownNames {
  readonly names: string[] = [];
  readonly complaints: string[] = [];
  /** Names that may be otherwise on a server, and why. */
  readonly unverified = new Map<string, string>();
  readonly #productVersion: string;

  constructor(productVersion: string) {
    this.#productVersion = productVersion;
  }

  #judge(name: string, known: Known | undefined): void {
    this.names.push(name);
    if (known === undefined) this.complaints.push(`unknown: ${name}`);
    else if (known.since !== undefined && !existsSince(this.#productVersion, known.since))
      this.complaints.push(`not in ${this.#productVersion}: ${name} (since ${known.since})`);
    if (known?.unverified !== undefined) this.unverified.set(name, known.unverified);
  }

  #object(use: ObjectUse): void {
    const key = keyOf(use);
    const entry = OBJECTS.get(folded(key));
    this.#judge(key, entry);
    for (const column of use.columns)
      this.#judge(
        `${key}.${column}`,
        entry?.columns?.find(({ name }) => name.toLowerCase() === column.toLowerCase()),
      );
  }

  #loose({ column, objects }: Touched['loose'][number]): void {
    const holders = objects.filter((use) =>
      OBJECTS.get(folded(keyOf(use)))?.columns?.some(
        ({ name }) => name.toLowerCase() === column.toLowerCase(),
      ),
    );
    const [holder] = holders;
    if (holder !== undefined && holders.length === 1) this.#object({ ...holder, columns: [column] });
    else this.complaints.push(`${holders.length === 0 ? 'unknown' : 'ambiguous'}: ${column}`);
  }

  #procedure(use: ProcedureUse): void {
    const key = procedureKey(use);
    const entry = PROCEDURES.get(folded(key));
    this.#judge(key, entry);
    const declared = entry?.parameters ?? [];
    for (const parameter of use.parameters)
      this.#judge(
        `${key} ${parameter}`,
        declared.find(({ name }) => name.toLowerCase() === parameter.toLowerCase()),
      );
    if (use.positional > declared.length) this.complaints.push(`too many arguments: ${key}`);
    const given = new Set([
      ...use.parameters.map((name) => name.toLowerCase()),
      ...declared.slice(0, use.positional).map(({ name }) => name.toLowerCase()),
    ]);
    for (const { name, required } of declared)
      if (required === true && !given.has(name.toLowerCase()))
        this.complaints.push(`missing: ${key} ${name}`);
  }

  #statement({ name, options }: Touched['statements'][number]): void {
    const entry = STATEMENTS.get(folded(name));
    this.#judge(name, entry);
    for (const option of options)
      this.#judge(
        `${name} ${option}`,
        entry?.options?.some((known) => folded(known) === folded(option)) === true ? {} : undefined,
      );
  }

  judge({ errors, touched }: GrammarAnswer, statement: SqlStatement): this {
    this.complaints.push(...errors, ...touched.unresolved.map((what) => `unresolved: ${what}`));
    for (const use of touched.objects) this.#object(use);
    for (const use of touched.loose) this.#loose(use);
    for (const use of touched.procedures) this.#procedure(use);
    for (const name of touched.functions) this.#judge(name, FUNCTIONS.get(folded(name)));
    for (const property of touched.properties) {
      const [name = '', what = ''] = property.split(' ');
      const known = FUNCTIONS.get(folded(name))?.properties ?? [];
      this.#judge(
        property,
        known.find((other) => other.name.toLowerCase() === what.toLowerCase()),
      );
    }
    for (const use of touched.statements) this.#statement(use);
    const sent = errors.length > 0 ? [] : Object.keys(statement.parameters).map((name) => `@${name}`);
    for (const name of touched.parameters)
      if (!sent.includes(name)) this.complaints.push(`not sent: ${name}`);
    for (const name of sent)
      if (!touched.parameters.includes(name)) this.complaints.push(`sent for nothing: ${name}`);
    return this;
  }
}
