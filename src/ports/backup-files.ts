/** Files on the backup share, in the copy folder and in the quarantine folders. Paths are SQL Server's names; the adapter maps them. */
export interface FileEntry {
  readonly name: string;
  /** null: the listing does not say (`xp_dirtree`). */
  readonly sizeBytes: number | null;
  /** ISO 8601 UTC, by the file server's clock; null: listed through SQL Server. */
  readonly modifiedAt: string | null;
}

export interface ChangeOptions {
  readonly signal: AbortSignal;
  /** Called right before a file gets or loses its name; what it throws keeps it from being done. */
  readonly leave?: () => void;
}

export interface CopyOptions extends ChangeOptions {
  readonly onProgress?: (bytes: number) => void;
}

export interface BackupFiles {
  /** The settings give the daemon a way to the files of the folder; without one only SQL Server sees them. */
  reaches(folder: string): boolean;
  /** Every file directly in the folder; rejects with PCO_SHARE_UNREADABLE or PCO_PATH_UNMAPPED. */
  list(folder: string, signal: AbortSignal): Promise<readonly FileEntry[]>;
  /**
   * Copies to `<target>.wrk`, flushes, compares size and SHA-256 with the source read again, then renames to `target`.
   * An existing target of equal size and checksum is left alone. Rejects with PCO_COPY_MISMATCH or PCO_SHARE_UNREADABLE;
   * never leaves a half file under the target's name.
   */
  copy(source: string, target: string, options: CopyOptions): Promise<void>;
  /** Moves a file out of a folder that jobs read; the target folder is created when missing. Never overwrites. */
  move(source: string, target: string, options: ChangeOptions): Promise<void>;
  /** Removes a `.wrk` left by an interrupted copy; any other name is refused. */
  removeUnfinished(path: string, options: ChangeOptions): Promise<void>;
}
