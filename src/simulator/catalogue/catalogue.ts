/**
 * What Microsoft's pages say of the objects that a failover touches: columns, parameters, result sets, options, each with its
 * page. Data only; what a page leaves open or spells otherwise than servers do is marked `unverified`. The estate answers with
 * these columns, and test/interop compares every T-SQL text of the product with them. `source` is a path in the repository of
 * the documentation (MicrosoftDocs/sql-docs), for chat tables the name of the page; `page` is the page's own date.
 */
import activityViews from './activity-views.json' with { type: 'json' };
import agentProcedures from './agent-procedures.json' with { type: 'json' };
import chatTables from './chat-tables.json' with { type: 'json' };
import functions from './functions.json' with { type: 'json' };
import msdbTables from './msdb-tables.json' with { type: 'json' };
import restoreAnswers from './restore-answers.json' with { type: 'json' };
import serverProcedures from './server-procedures.json' with { type: 'json' };
import serverViews from './server-views.json' with { type: 'json' };
import shippingProcedures from './shipping-procedures.json' with { type: 'json' };
import statements from './statements.json' with { type: 'json' };

export interface CatalogueColumn {
  readonly name: string;
  readonly type: string;
  /** false: the page says not NULL; absent: it is silent, or says NULL. */
  readonly nullable?: boolean | undefined;
  /** As the page says it: `2014`, `2014 CU1`, `2012 SP4, 2016 SP1`. Absent: unspecified, there in every version served. */
  readonly since?: string | undefined;
  /** Why it may be otherwise on a server. */
  readonly unverified?: string | undefined;
}

export interface CatalogueParameter {
  readonly name: string;
  readonly type?: string | undefined;
  readonly default?: string | undefined;
  readonly required?: boolean | undefined;
  readonly output?: boolean | undefined;
  readonly since?: string | undefined;
  readonly unverified?: string | undefined;
}

export interface CatalogueResultSet {
  readonly when: string;
  readonly columns: readonly CatalogueColumn[];
}

export interface CatalogueEntry {
  readonly kind: string;
  /** Absent: no page; `unverified` says where it comes from. */
  readonly source?: string | undefined;
  readonly page?: string | undefined;
  readonly since?: string | undefined;
  readonly unverified?: string | undefined;
  readonly columns?: readonly CatalogueColumn[] | undefined;
  /** In the order of the page, which is the order of positional arguments. */
  readonly parameters?: readonly CatalogueParameter[] | undefined;
  /** Set where a call may bring parameters of its own. */
  readonly furtherParameters?: string | undefined;
  readonly resultSets?: readonly CatalogueResultSet[] | undefined;
  /** Names that a property function knows. */
  readonly properties?: readonly CatalogueColumn[] | undefined;
  readonly options?: readonly string[] | undefined;
}

const OBJECTS = { ...serverViews, ...activityViews, ...msdbTables, ...restoreAnswers, ...chatTables };
const PROCEDURES = { ...shippingProcedures, ...agentProcedures, ...serverProcedures };

/** `sys.databases`, `msdb.dbo.sysjobs`, `RESTORE HEADERONLY`; a table of a chat database: `dbo.tblChat`. */
export type CatalogueObject = keyof typeof OBJECTS;
/** `master.sp_who`, `msdb.sp_start_job`: the database that holds it, and its name. */
export type CatalogueProcedure = keyof typeof PROCEDURES;

export const catalogueObjects: Readonly<Record<CatalogueObject, CatalogueEntry>> = OBJECTS;
export const catalogueProcedures: Readonly<Record<CatalogueProcedure, CatalogueEntry>> = PROCEDURES;
export const catalogueFunctions: Readonly<Record<string, CatalogueEntry>> = functions;
/** Statements and SET options by their words, `ALTER DATABASE SET`, `SET NOCOUNT`. */
export const catalogueStatements: Readonly<Record<string, CatalogueEntry>> = statements;
