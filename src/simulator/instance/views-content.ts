/**
 * The chat tables of mgc as SELECT sees them. Column types beyond those of skype reference 1.2 are unverified. Rows are
 * made once per chunk of messages: chunks never change.
 */
import type { CellValue, ColumnToken } from '../sql-tokens.ts';
import type { VirtualTable } from '../tsql/ast.ts';
import type { CatalogueObject } from '../catalogue/catalogue.ts';
import { columnsOf } from '../catalogue/columns.ts';
import { parts } from './chunks.ts';
import type { Message } from './content.ts';
import type { DatabaseDraft } from './instance-state.ts';
import { keptView } from './kept-views.ts';
import { plain } from './plain.ts';

/** The chat schema does not depend on the version of SQL Server. */
const columns = (table: CatalogueObject): readonly ColumnToken[] => columnsOf(table, '16.0');

const CHAT = columns('dbo.tblChat');
const SERVER_IDENTITY = columns('dbo.tblServerIdentity');
const CONFIG = columns('dbo.tblConfig');
const REVISION = columns('dbo.tblSystemRevision');
const COMPLIANCE = columns('dbo.tblComplianceData');

type Row = readonly CellValue[];
const rowsByChunk = new WeakMap<readonly Message[], readonly Row[]>();

function chunkRows(chunk: readonly Message[]): readonly Row[] {
  const known = rowsByChunk.get(chunk);
  if (known !== undefined) return known;
  const rows = chunk.map((m): Row => [m.channelId, m.chatId, m.chatDate, m.userId, m.content]);
  rowsByChunk.set(chunk, rows);
  return rows;
}

/** undefined: no such table. Only for an open database; the caller checks that. */
export function contentTable(
  database: DatabaseDraft,
  schema: string,
  object: string,
): VirtualTable | undefined {
  if (database.system || schema.toLowerCase() !== 'dbo') return undefined;
  const content = plain(database.content);
  switch (object.toLowerCase()) {
    case 'tblchat':
      return keptView(content.messages, 'tblchat', () => ({
        columns: CHAT,
        rows: parts(content.messages).flatMap(chunkRows),
      }));
    case 'tblserveridentity':
      return {
        columns: SERVER_IDENTITY,
        rows: content.servers.map((server) => [server.serverId, server.serverAddress, server.lastPingTime]),
      };
    case 'tblconfig':
      return { columns: CONFIG, rows: [['pool', '', content.configPoolId]] };
    case 'tblcompliancedata':
      return {
        columns: COMPLIANCE,
        rows: Array.from({ length: content.complianceEvents }, (_, id) => [id + 1]),
      };
    case 'tblsystemrevision':
      return { columns: REVISION, rows: [[content.systemRevision]] };
    default:
      return undefined;
  }
}
