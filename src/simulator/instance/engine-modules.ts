/**
 * What the surroundings of an instance (msdb, Agent, chat, estate) give to the engine for one step and get back from it.
 * They add virtual tables and procedures here; the engine knows nothing about log shipping or jobs.
 */
import type { CellValue, SqlToken } from '../sql-tokens.ts';
import type { EstateFiles, FileOperation } from '../estate-contract.ts';
import type { CommandOutcome, SqlFailure } from '../tsql/host.ts';
import type { ProcedureArgument, VirtualTable } from '../tsql/ast.ts';
import type { InstanceDraft, SessionDraft } from './instance-state.ts';

export interface ModuleCall {
  readonly instance: InstanceDraft;
  readonly session: SessionDraft;
  readonly ctx: EngineContext;
  /** Database in whose context a procedure runs: the session's, also for `master.dbo.p`. */
  readonly currentDatabase: string;
}

export type TableProvider = (call: ModuleCall) => VirtualTable | SqlFailure;
/** Rows have the order of `columns`; an empty `columns` means the table's own order. */
export type InsertHandler = (
  call: ModuleCall,
  columns: readonly string[],
  rows: readonly (readonly CellValue[])[],
) => CommandOutcome;
/**
 * Parameters are the handler's to check (201, 8144, 8145). `database`: the one named or implied in the call. May give
 * `pending` with an operation id that the surroundings finish later through `finishOperation` (advance.ts).
 */
export type ProcedureHandler = (
  call: ModuleCall,
  args: readonly ProcedureArgument[],
  database: string,
) => CommandOutcome;

/** Keys in lower case. */
export interface EngineModules {
  /** `msdb.dbo.sysjobs`; `sys.x` is seen in every database. A key here wins over the engine's own table. */
  readonly tables: Readonly<Record<string, TableProvider>>;
  readonly tableFunctions?: Readonly<
    Record<string, (call: ModuleCall, args: readonly CellValue[]) => VirtualTable | SqlFailure>
  >;
  readonly inserts?: Readonly<Record<string, InsertHandler>>;
  /** `msdb.sp_start_job`, `master.sp_add_log_shipping_primary_database`. What `master` has is found from every database. */
  readonly procedures: Readonly<Record<string, ProcedureHandler>>;
}

export interface EngineContext {
  /** True UTC, ms. */
  readonly nowMs: number;
  /** Folders as they are now, with what was emitted in this very step already applied. */
  readonly files: EstateFiles;
  emitFile(operation: FileOperation): void;
  emit(output: EngineOutput): void;
  /**
   * The instance behind an endpoint address (`TCP://host:port`, see endpointAddress) as `from` can reach it now; undefined
   * while the link is cut or that instance is not running or hung.
   */
  peer(from: InstanceDraft, address: string): InstanceDraft | undefined;
  readonly modules: EngineModules;
}

/** Outputs for TDS connections have the shape of EstateOutput. */
export type EngineOutput =
  | {
      readonly kind: 'tokens';
      readonly instance: string;
      readonly connection: string;
      readonly tokens: readonly SqlToken[];
    }
  | {
      readonly kind: 'login-accepted';
      readonly instance: string;
      readonly connection: string;
      readonly sessionId: number;
      readonly database: string;
    }
  | {
      readonly kind: 'login-refused';
      readonly instance: string;
      readonly connection: string;
      readonly errors: readonly SqlToken[];
    }
  | {
      readonly kind: 'drop';
      readonly instance: string;
      readonly connection: string;
      readonly how: 'reset' | 'close';
    }
  | { readonly kind: 'attention-acknowledged'; readonly instance: string; readonly connection: string }
  /** An internal session (chat server, job) was killed or lost its instance. */
  | {
      readonly kind: 'session-ended';
      readonly instance: string;
      readonly sessionId: number;
      readonly owner: string;
      readonly why: 'killed' | 'crash' | 'shutdown';
    }
  /** An operation of an internal session is over (runInternalCommand gave `pending`). */
  | {
      readonly kind: 'operation-finished';
      readonly instance: string;
      readonly operation: string;
      readonly sessionId: number;
      readonly owner: string;
      readonly outcome: CommandOutcome;
    }
  /** A change that the checker counts: one per deed that changed the instance. */
  | { readonly kind: 'deed'; readonly instance: string; readonly database: string; readonly deed: EngineDeed }
  | { readonly kind: 'note'; readonly text: string };

export type EngineDeed =
  | 'backup-database'
  | 'backup-log'
  | 'backup-log-norecovery'
  | 'restore-database'
  | 'restore-log'
  | 'recovered'
  | 'set-partner'
  | 'partner-off'
  | 'partner-failover'
  | 'automatic-failover'
  | 'force-service'
  | 'access-changed'
  | 'offline'
  | 'online'
  | 'dropped'
  | 'created';
