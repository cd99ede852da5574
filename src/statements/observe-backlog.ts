/**
 * How many events wait in the compliance database for the adapter. Table: page "List of Persistent Chat Server compliance tables in
 * Skype for Business Server": events that the configured adapter has not processed. That just these can be lost is inferred (skype
 * reference 1.2). No column is named.
 */
import { identifier, integer, literal } from './quote.ts';

/** Guarded, and in a scope of its own, as the content of a chat database is. @param place of the database in the batch's list */
export function observeBacklog(place: number, database: string): string {
  const name = literal(database);
  const text = `SELECT 1 AS part_backlog_${integer(place)}, COUNT_BIG(*) AS waiting FROM ${identifier(database)}.dbo.tblComplianceData AS c;`;
  return `IF EXISTS (SELECT 1 FROM sys.databases AS d WHERE d.name = ${name} AND d.state = 0
    AND d.collation_name IS NOT NULL AND d.user_access <> 1) AND HAS_DBACCESS(${name}) = 1
  EXEC sp_executesql ${literal(text)};`;
}
