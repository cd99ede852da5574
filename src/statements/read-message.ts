/** Does this copy hold that message? The exact comparison of two copies; tables: skype reference 1.2 (2013 schema, unverified for 2015). */
import type { SqlStatement } from '../ports/sql-connection.ts';
import { identifier } from './quote.ts';

export interface MessageKey {
  readonly channelId: string;
  readonly chatId: string;
  /** Ticks as decimal text. */
  readonly chatDate: string;
}

/** The types of the key columns are not documented, so they are compared as text; chatDate narrows it down. */
export function readMessage(database: string, { channelId, chatId, chatDate }: MessageKey): SqlStatement {
  return {
    name: 'read-message',
    text: `SET NOCOUNT ON;
SET LOCK_TIMEOUT 1500;
SELECT 1 AS part_message, COUNT_BIG(*) AS found
FROM ${identifier(database)}.dbo.tblChat AS c
WHERE c.chatDate = @chatDate AND CONVERT(nvarchar(64), c.channelId) = @channelId
  AND CONVERT(nvarchar(64), c.chatId) = @chatId;`,
    parameters: {
      channelId: { type: 'nvarchar', value: channelId },
      chatId: { type: 'nvarchar', value: chatId },
      chatDate: { type: 'bigint', value: chatDate },
    },
    mode: 'rpc',
  };
}

/** Newest message of the copy, on the connection of a step; no row: the copy is empty. */
export const readNewestMessage = (database: string): SqlStatement => ({
  name: 'recheck-newest-message',
  text: `SELECT TOP (1) CONVERT(nvarchar(64), c.channelId) AS channel_id, CONVERT(nvarchar(64), c.chatId) AS chat_id,
  CONVERT(varchar(20), c.chatDate) AS chat_date
FROM ${identifier(database)}.dbo.tblChat AS c ORDER BY c.chatDate DESC, c.chatId DESC;`,
  parameters: {},
  mode: 'batch',
});
