/** What the Agent of one instance sees of its surroundings at one instant. The estate binds it to the engine's doors. */
import type { EstateFiles, FileOperation } from '../estate-contract.ts';
import type { InstanceClock } from '../msdb/instance-clock.ts';
import type { MsdbState } from '../msdb/msdb-state.ts';
import type { Command } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import type { AgentSpeed, AgentState } from './agent-state.ts';

export interface AgentEnv {
  /** Drafts. */
  readonly msdb: MsdbState;
  readonly agent: AgentState;
  /** SERVERPROPERTY('ServerName'). */
  readonly serverName: string;
  /** True UTC, ms. */
  readonly nowMs: number;
  readonly clock: InstanceClock;
  readonly speed: AgentSpeed;
  /** Folders as this instance can reach them. */
  readonly files: EstateFiles;
  emitFile(operation: FileOperation): void;
  /** State of a database, STANDBY included; undefined: absent. */
  databaseState(name: string): string | undefined;
  /** Opens a session of the log shipping program and runs one command in it, context master. */
  runCommand(
    owner: string,
    command: Command,
  ): { readonly sessionId: number; readonly outcome: CommandOutcome };
  /** Ends the session; a command that runs in it is rolled back. */
  endSession(sessionId: number): void;
  /** Kills the sessions of other users in a STANDBY database (disconnect_users). */
  disconnectUsers(database: string): void;
}

/** 53(The network path was not found.) and so on; forms of sql-server reference 4.4 #8. */
export const OS_ERROR_TEXT: Readonly<Record<number, string>> = {
  2: 'The system cannot find the file specified.',
  3: 'The system cannot find the path specified.',
  5: 'Access is denied.',
  53: 'The network path was not found.',
  64: 'The specified network name is no longer available.',
};

export const joinPath = (folder: string, name: string): string => `${folder.replace(/\\+$/, '')}\\${name}`;
