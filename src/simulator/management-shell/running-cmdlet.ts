/** A cmdlet under way: plain data. Most end when their time comes; Install-CsMirrorDatabase goes through phases of its own. */

export interface RunningCmdlet {
  id: string;
  cmdlet: string;
  parameters: Record<string, unknown>;
  computer: string | undefined;
  startedAtMs: number;
  /** When it has its effect and answers; a mirror installation: when it looks again. */
  dueAtMs: number;
  install: MirrorInstallation | undefined;
}

export interface MirrorInstallation {
  /** Databases still to be mirrored after the present one. */
  queue: string[];
  database: string;
  principal: string;
  mirror: string;
  witnessAddress: string | undefined;
  fileShare: string;
  dropExisting: boolean;
  phase: MirrorPhase;
  /** Operation of the present phase and the session that runs it; empty and 0: none. */
  operation: string;
  sessionId: number;
  giveUpAtMs: number;
}

export type MirrorPhase =
  | 'drop-copy'
  | 'backup-database'
  | 'backup-log'
  | 'restore-database'
  | 'restore-log'
  | 'partner-on-mirror'
  | 'partner-on-principal'
  | 'await-synchronized'
  | 'witness'
  | 'finished';
