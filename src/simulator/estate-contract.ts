/**
 * The estate's model seen from its shells (TDS servers, real files, management shell, clock; or all of them in memory):
 * (state, input, time, files) -> (state, outputs). It opens nothing, waits for nothing and knows no clock of its own.
 */
import type { CellValue, SqlToken, SqlType } from './sql-tokens.ts';

export interface RpcParameter {
  /** With `@`, may be empty when positional. */
  readonly name: string;
  readonly type: SqlType;
  readonly value: CellValue;
  readonly output: boolean;
}

export type SqlRequest =
  | { readonly kind: 'batch'; readonly text: string }
  | { readonly kind: 'rpc'; readonly procedure: string; readonly parameters: readonly RpcParameter[] };

export interface LoginRequest {
  readonly login: string;
  readonly password: string;
  /** Initial catalog; empty: the login's default (master). */
  readonly database: string;
  readonly host: string;
  readonly program: string;
  /** `login` is a Windows account that the host has verified; there is no password then. */
  readonly windows?: true;
}

/** Where a connection comes from: decides which link faults apply. */
export type Party = 'daemon' | 'operator';

/** One backup file, exactly as it stands in the folder: header line and records; see src/simulator/backup-file.ts. */
export interface EstateFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly modifiedAtMs: number;
}

/** Folders by their Windows names. Reading answers at once; a folder that is gone, hung or denied gives the OS error number. */
export interface EstateFiles {
  list(folder: string): readonly EstateFileEntry[] | { readonly osError: number };
  read(path: string): Uint8Array | { readonly osError: number };
  /** Why nothing more can be written into the folder; undefined, or left out: it can. */
  refusesWrite?(folder: string): { readonly osError: number } | undefined;
}
export interface EstateFileEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

export type EstateInput =
  | {
      readonly kind: 'login';
      readonly instance: string;
      readonly connection: string;
      readonly party: Party;
      readonly request: LoginRequest;
    }
  | {
      readonly kind: 'request';
      readonly instance: string;
      readonly connection: string;
      readonly request: SqlRequest;
    }
  | { readonly kind: 'attention'; readonly instance: string; readonly connection: string }
  | { readonly kind: 'disconnect'; readonly instance: string; readonly connection: string }
  | {
      readonly kind: 'cmdlet';
      readonly id: string;
      readonly cmdlet: string;
      readonly parameters: Readonly<Record<string, unknown>>;
      readonly computer: string | undefined;
    }
  | { readonly kind: 'post'; readonly client: string; readonly text: string }
  | { readonly kind: 'fault'; readonly command: string }
  /** Time has come to what `nextWakeAt` promised. */
  | { readonly kind: 'tick' };

export type EstateOutput =
  /** Answer to a login or a request; `kind: 'end'` or 'close' ends it. `silence`: say nothing (hung). */
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
  /** Drop the connection: `reset` as after a crash, `close` as after a clean stop. */
  | {
      readonly kind: 'drop';
      readonly instance: string;
      readonly connection: string;
      readonly how: 'reset' | 'close';
    }
  | { readonly kind: 'attention-acknowledged'; readonly instance: string; readonly connection: string }
  | { readonly kind: 'cmdlet-answer'; readonly id: string; readonly answer: CmdletOutcome }
  | {
      readonly kind: 'post-answer';
      readonly client: string;
      readonly acknowledged: boolean;
      readonly message: string;
    }
  | { readonly kind: 'file'; readonly operation: FileOperation }
  | { readonly kind: 'note'; readonly text: string };

export type CmdletOutcome =
  | {
      readonly ok: true;
      readonly objects: readonly Readonly<Record<string, unknown>>[];
      readonly warnings: readonly string[];
    }
  | {
      readonly ok: false;
      readonly message: string;
      readonly errorId: string;
      readonly category: string;
      readonly warnings: readonly string[];
    };

export type FileOperation =
  | {
      readonly operation: 'write';
      readonly path: string;
      readonly bytes: Uint8Array;
      readonly modifiedAtMs: number;
    }
  | { readonly operation: 'rename'; readonly from: string; readonly to: string }
  | { readonly operation: 'delete'; readonly path: string };
