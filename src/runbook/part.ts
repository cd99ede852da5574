/** What one step of a runbook is made of. Data only: how it becomes text is in `batch-text.ts` and `runbook-files.ts`. */
import type { SqlStatement } from '../ports/sql-connection.ts';
import type { InstanceName } from '../topology/pool-topology.ts';

export type Part =
  | {
      /** `check` changes nothing. */
      readonly kind: 'sql' | 'check';
      readonly instance: InstanceName;
      readonly title: string;
      /** One batch: looks that end it, then the deed. */
      readonly statements: readonly SqlStatement[];
      readonly expected: string;
    }
  | {
      /** `shell`: the management shell. `files`: PowerShell on a machine that sees the folders under these names. */
      readonly kind: 'shell' | 'files';
      readonly title: string;
      readonly lines: readonly string[];
      readonly expected: string;
      /** Bytes that it copies. */
      readonly bytes?: number;
    }
  /** Nothing goes on before this is true. */
  | { readonly kind: 'stop'; readonly text: string };

export const stopPart = (text: string): Part => ({ kind: 'stop', text });
