/** What one row of the refusal table is. The tables of each statement family stand beside this file; refusal-table.ts joins them. */
import type { MessageNumber } from './messages.ts';

/** How sure the number is: M published message list, P transcript of a real server, rec recorded output, D documentation, I inferred, X practice only. */
export type Mark = 'M' | 'P' | 'rec' | 'D' | 'I' | 'X';

export interface RefusalRow {
  /** Place in the sql-server reference: `4.4 #16`, `2.2`, `3.9`. */
  readonly source: string;
  readonly state: string;
  readonly statement: string;
  /** Severity and text stand in messages.ts. */
  readonly says: MessageNumber;
  /** Where the number has another state here than elsewhere. */
  readonly messageState?: number;
  /** What follows as the last message. */
  readonly then?: 3013 | 5069 | 18456;
  /** The first is about the number, the others about what it is said for. */
  readonly marks: readonly Mark[];
  /** What stays unverified. */
  readonly doubt?: string;
  /** Why nothing in the simulated estate leads here; absent: a test does. */
  readonly unreached?: string;
}

export type RefusalRows = Readonly<Record<string, RefusalRow>>;
