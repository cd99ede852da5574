/** The undo file of a standby copy: RESTORE ... WITH STANDBY makes it, the next RESTORE needs it and takes it away (reference 3.3, 4.4 #26). */
import type { EngineContext } from './engine-modules.ts';
import type { DatabaseDraft } from './instance-state.ts';
import { osErrorText } from './messages.ts';
import { refusal, type Refusal } from './refusal-table.ts';

const MAGIC = 'PCHAT-SIMULATED-UNDO 1';

const contentOf = (database: DatabaseDraft): string => `${MAGIC}\n${database.familyGuid}\n`;

export const writeUndoFile = (ctx: EngineContext, database: DatabaseDraft, path: string): void =>
  ctx.emitFile({
    operation: 'write',
    path,
    bytes: Buffer.from(contentOf(database), 'utf8'),
    modifiedAtMs: ctx.nowMs,
  });

export function removeUndoFile(ctx: EngineContext, database: DatabaseDraft): void {
  const { undoFile } = database;
  if (undoFile === null || 'osError' in ctx.files.read(undoFile)) return;
  ctx.emitFile({ operation: 'delete', path: undoFile });
}

/** The copy can never be restored further without its undo file. */
export function refuseWithoutUndoFile(ctx: EngineContext, database: DatabaseDraft): Refusal | undefined {
  const { undoFile } = database;
  if (!database.inStandby || undoFile === null) return undefined;
  const bytes = ctx.files.read(undoFile);
  if ('osError' in bytes)
    return refusal('standby/undo-file', database.name, database.id, undoFile, osErrorText(bytes.osError));
  const good = Buffer.from(bytes).toString('utf8') === contentOf(database);
  return good ? undefined : refusal('standby/bad-undo-file', undoFile, database.name, database.id);
}
