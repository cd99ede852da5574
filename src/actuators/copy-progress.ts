/** How far a copying is, in files and, where the listing tells every size, in bytes. */
import type { BackupFile } from '../topology/pool-facts.ts';

export interface CopyProgressOptions {
  readonly files: readonly BackupFile[];
  readonly monotonicMs: () => number;
  /** @param fraction 0 to 1 */
  readonly tell: (message: string, fraction: number) => void;
}

/** ms between two messages while files are under way; the end of a file is always told. */
const TELL_EVERY_MS = 1_000;
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;
const STEP = 1_000;

/** `1.2 of 3.4 GB`, both in the unit of the whole. */
export function bytesOf(done: number, whole: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, whole)) / Math.log10(STEP)));
  const words = (bytes: number): string => (bytes / STEP ** power).toFixed(power === 0 ? 0 : 1);
  return `${words(done)} of ${words(whole)} ${UNITS[power] ?? ''}`;
}

export class CopyProgress {
  readonly #options: CopyProgressOptions;
  readonly #wholeBytes: number | null;
  /** Of each file that was begun. */
  readonly #bytes = new Map<string, number>();
  #copied = 0;
  #ended = 0;
  #toldAtMs = -Infinity;

  constructor(options: CopyProgressOptions) {
    this.#options = options;
    const sizes = options.files.map(({ sizeBytes }) => sizeBytes);
    this.#wholeBytes = sizes.reduce<number | null>(
      (sum, size) => (sum === null || size === null ? null : sum + size),
      0,
    );
  }

  moved({ name }: BackupFile, bytes: number): void {
    this.#bytes.set(name, bytes);
    if (this.#options.monotonicMs() - this.#toldAtMs >= TELL_EVERY_MS) this.#tell();
  }

  /** None of what failed counts as copied. */
  ended({ name, sizeBytes }: BackupFile, copied: boolean): void {
    this.#bytes.set(name, copied ? (sizeBytes ?? 0) : 0);
    this.#ended += 1;
    if (copied) this.#copied += 1;
    this.#tell();
  }

  #tell(): void {
    const { files, monotonicMs, tell } = this.#options;
    this.#toldAtMs = monotonicMs();
    const done = [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
    const whole = this.#wholeBytes;
    const counted = `copied ${String(this.#copied)} of ${String(files.length)} log backups`;
    if (whole === null || whole === 0) tell(counted, this.#ended / files.length);
    else tell(`${counted}, ${bytesOf(Math.min(done, whole), whole)}`, Math.min(1, done / whole));
  }
}
