/** The estate's own parties (Agent jobs, Install-CsMirrorDatabase) run BACKUP, RESTORE and ALTER by the same code as T-SQL does. */
import type { Command } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import type { EngineContext } from './engine-modules.ts';
import type { InstanceDraft } from './instance-state.ts';
import { message, refuse } from './messages.ts';
import { cutOperation } from './operations.ts';
import { runCommand } from './run-command.ts';

/**
 * Runs one command in an internal session (openInternalSession). `pending`: an `operation-finished` output follows from
 * advanceInstance; closing the session before that cuts the operation.
 */
export function runInternalCommand(
  instance: InstanceDraft,
  ctx: EngineContext,
  sessionId: number,
  command: Command,
): CommandOutcome {
  const session = instance.sessions[sessionId];
  if (session === undefined || instance.status !== 'running') return refuse(message(596), message(0));
  return runCommand(instance, ctx, session, command);
}

/** Cuts what the session runs and leaves the session. */
export function cutInternalCommand(instance: InstanceDraft, sessionId: number): void {
  const id = instance.sessions[sessionId]?.operation;
  const operation = id === undefined || id === null ? undefined : instance.operations[id];
  if (operation !== undefined) cutOperation(instance, operation);
}
