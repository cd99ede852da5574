/** What a running operation still has to do when its time has come: plain data, so that it can live in the state. */
import type { Command } from '../tsql/ast.ts';

type CommandOf<K extends Command['kind']> = Extract<Command, { readonly kind: K }>;

export type OperationWork =
  | { readonly kind: 'backup'; readonly command: CommandOf<'backup'>; readonly firstLsn: string }
  | { readonly kind: 'restore'; readonly command: CommandOf<'restore'> }
  | { readonly kind: 'recover'; readonly command: CommandOf<'restore'> }
  /** ALTER DATABASE that waits for sessions to leave, or for ROLLBACK AFTER. */
  | { readonly kind: 'alter-database'; readonly command: CommandOf<'alter-database'> }
  /** WAITFOR DELAY. */
  | { readonly kind: 'wait' }
  /** Owned by a module: it calls finishOperation itself. */
  | { readonly kind: 'module' };
