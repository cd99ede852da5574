/** The Agent of one instance: the runs that are under way. Plain data; everything that survives a run is in msdb. */

export interface AgentState {
  runs: JobRun[];
}

export const createAgent = (): AgentState => ({ runs: [] });

export interface JobRun {
  jobId: string;
  /** Number of this run in log_shipping_monitor_history_detail. */
  session: number;
  startedAtMs: number;
  phase: RunPhase;
}

/** Instants are true UTC, ms. Folders and files are Windows names. */
export type RunPhase =
  | { kind: 'starting'; dueAtMs: number }
  | { kind: 'backing-up'; operation: string; sessionId: number; folder: string; stem: string }
  | {
      kind: 'copying';
      /** Files still to come after `file`. */
      queue: string[];
      file: string;
      source: string;
      destination: string;
      dueAtMs: number;
      copied: number;
    }
  | {
      kind: 'restoring';
      operation: string;
      sessionId: number;
      folder: string;
      /** Candidates in name order, and the one being tried. */
      files: string[];
      index: number;
      restored: number;
      /** After 4305: going back to an older file. */
      searchingBack: boolean;
      /** Once a run: a file before the gap may apply again and again without moving on. */
      searchedBack: boolean;
    };

export interface AgentSpeed {
  /** From the request to the first deed of a job, ms. */
  readonly startMs: number;
  readonly copyBytesPerSecond: number;
  /** No copy of a file is faster, ms. */
  readonly minimumCopyMs: number;
}
