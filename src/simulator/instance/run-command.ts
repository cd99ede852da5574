/** One changing statement of one session: picks who does it, and finishes those that took time. */
import type { Command } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { alterDatabase, resumeAlter } from './alter-database.ts';
import { finishBackup, startBackup } from './backup.ts';
import {
  alterEndpoint,
  checkpoint,
  createUserDatabase,
  dropDatabase,
  kill,
  transaction,
  useDatabase,
} from './change-databases.ts';
import type { EngineContext } from './engine-modules.ts';
import type { InstanceDraft, OperationDraft, SessionDraft } from './instance-state.ts';
import { startOperation } from './operations.ts';
import { finishRecovery, finishRestore, startRestore } from './restore.ts';
import { restoreInfo } from './restore-info.ts';
import { insertRows } from './insert-rows.ts';
import { runSecurity } from './run-security.ts';

/** `pending`: the outcome comes through advanceInstance (advance.ts). */
export function runCommand(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: Command,
): CommandOutcome {
  switch (command.kind) {
    case 'backup':
      return startBackup(instance, ctx, session, command);
    case 'restore':
      return startRestore(instance, ctx, session, command);
    case 'restore-info':
      return restoreInfo(instance, ctx, session, command);
    case 'alter-database':
      return alterDatabase(instance, ctx, session, command);
    case 'drop-database':
      return dropDatabase(instance, ctx, session, command);
    case 'create-database':
      return createUserDatabase(instance, ctx, session, command);
    case 'kill':
      return kill(instance, ctx, session, command);
    case 'alter-endpoint':
      return alterEndpoint(instance, session, command);
    case 'use':
      return useDatabase(instance, session, command);
    case 'transaction':
      return transaction(session, command);
    case 'checkpoint':
      return checkpoint(instance, session);
    case 'wait':
      return startOperation(instance, session, ctx.nowMs, {
        command: 'WAITFOR',
        databaseId: 1,
        durationMs: command.milliseconds,
        work: { kind: 'wait' },
      });
    case 'insert':
      return insertRows(instance, ctx, session, command);
    case 'create-login':
    case 'drop-login':
    case 'create-user':
    case 'alter-user':
    case 'own-database':
    case 'drop-user':
    case 'role-member':
    case 'permissions':
      return runSecurity(instance, ctx, session, command);
  }
}

/** undefined: not yet (a waiting ALTER DATABASE), or not the engine's (a module's operation). */
export function completeWork(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  operation: OperationDraft,
): CommandOutcome | undefined {
  const { work } = operation;
  switch (work.kind) {
    case 'backup':
      return finishBackup(instance, ctx, operation, work);
    case 'restore':
      return finishRestore(instance, ctx, operation, work.command);
    case 'recover':
      return finishRecovery(instance, ctx, operation, work.command);
    case 'alter-database':
      return resumeAlter(instance, ctx, session, work.command);
    case 'wait':
      return { kind: 'done', tokens: [] };
    case 'module':
      return undefined;
  }
}
