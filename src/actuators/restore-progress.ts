/** How far restoring is, in files and, where the listing tells every size, in bytes. */
import type { BackupFile, PoolFacts } from '../topology/pool-facts.ts';
import { valueOf } from '../topology/known.ts';
import { bytesOf } from './copy-progress.ts';
import type { TellProgress } from './long-operation.ts';

/** Of one file. @param sizeBytes null: the listing does not say */
export const fileProgress =
  (message: string, sizeBytes: number | null): TellProgress =>
  (fraction) => [
    sizeBytes === null ? message : `${message}, ${bytesOf(fraction * sizeBytes, sizeBytes)}`,
    fraction,
  ];

/** null: the share was not seen, does not hold it, or does not tell. */
export function sizeOnShare(facts: PoolFacts, name: string): number | null {
  const share = valueOf(facts.share);
  return share === 'unknown' ? null : (share.files.find((file) => file.name === name)?.sizeBytes ?? null);
}

type Sized = Pick<BackupFile, 'name' | 'sizeBytes'>;

/** Of log backups one after the other; while they are still copied there may be more of them at each look. */
export class LogRestoreProgress {
  readonly #restored: Sized[] = [];

  /** @param left in the order in which they are restored; the first is the one that begins now */
  during(left: readonly Sized[]): TellProgress {
    const done = [...this.#restored];
    const all = [...done, ...left];
    const bytes = (files: readonly Sized[]): number | null =>
      files.reduce<number | null>(
        (sum, { sizeBytes }) => (sum === null || sizeBytes === null ? null : sum + sizeBytes),
        0,
      );
    const whole = bytes(all);
    const before = bytes(done) ?? 0;
    const own = left[0]?.sizeBytes ?? 0;
    const counted = `restored ${String(done.length)} of ${String(all.length)} log backups`;
    return (fraction) => {
      if (whole === null || whole === 0) return [counted, (done.length + fraction) / Math.max(1, all.length)];
      const now = before + fraction * own;
      return [`${counted}, ${bytesOf(now, whole)}`, now / whole];
    };
  }

  ended(file: Sized): void {
    this.#restored.push(file);
  }
}
