/**
 * What can be read of the content of an open chat database: lineage, message count, newest message, revision, heartbeats.
 * Tables and columns: skype reference 1.2 (Lync 2013 schema, assumed for 2015: unverified). Guarded, and in a scope of its
 * own, so that a database that closes in between costs the content and nothing else.
 */
import { identifier, integer, literal } from './quote.ts';

const tables = (place: string, database: string): string => `SELECT 1 AS part_content_${place},
  (SELECT TOP (1) c.configPoolID FROM ${database}.dbo.tblConfig AS c WHERE c.configLabel = N'pool') AS config_pool_id,
  (SELECT COUNT_BIG(*) FROM ${database}.dbo.tblChat AS c) AS messages,
  (SELECT MAX(r.sysRevision) FROM ${database}.dbo.tblSystemRevision AS r) AS revision;
SELECT TOP (1) 1 AS part_newest_${place}, CONVERT(nvarchar(64), c.channelId) AS channel_id,
  CONVERT(nvarchar(64), c.chatId) AS chat_id, CONVERT(varchar(20), c.chatDate) AS chat_date
FROM ${database}.dbo.tblChat AS c ORDER BY c.chatDate DESC, c.chatId DESC;
SELECT 1 AS part_heartbeats_${place}, i.serverAddress, i.serverLastPingTime, GETUTCDATE() AS utc_now, GETDATE() AS local_now
FROM ${database}.dbo.tblServerIdentity AS i;`;

/**
 * state ONLINE can be reported before recovery ends; a collation name is there only once the database is open. In SINGLE_USER
 * (1) we would take the only connection, so it is left alone.
 * @param place of the database in the list that the batch asks for; its parts carry it
 */
export function observeContent(place: number, database: string): string {
  const name = literal(database);
  return `IF EXISTS (SELECT 1 FROM sys.databases AS d WHERE d.name = ${name} AND d.state = 0
    AND d.collation_name IS NOT NULL AND d.user_access <> 1) AND HAS_DBACCESS(${name}) = 1
  EXEC sp_executesql ${literal(tables(integer(place), identifier(database)))};`;
}
