/**
 * Which instances can open the files of a folder, by their last RESTORE HEADERONLY of one of them: what can read a header can
 * restore from there. Only an answer about the device speaks; a broken file says nothing of the folder.
 */
import type { InstanceName } from '../topology/pool-topology.ts';

/** "Cannot open backup device ..." (sql-server reference 4.4, row 8). */
const CANNOT_OPEN = /^3201 /;
export const cannotOpen = (problem: string): boolean => CANNOT_OPEN.test(problem);
/** An answer is asked for again after this long, ms: rights change. */
const GOOD_FOR_MS = 30_000;

interface Answer {
  readonly opens: boolean;
  readonly atMs: number;
}

export class FolderAccess {
  readonly #answers = new Map<string, Map<InstanceName, Answer>>();

  /** @param problem of reading a header, as its number and text; undefined: it was read */
  note(folder: string, instance: InstanceName, problem: string | undefined, nowMs: number): void {
    const opens = problem === undefined;
    if (!opens && !cannotOpen(problem)) return;
    const answers = this.#answers.get(folder) ?? new Map<InstanceName, Answer>();
    answers.set(instance, { opens, atMs: nowMs });
    this.#answers.set(folder, answers);
  }

  isDue(folder: string, instance: InstanceName, nowMs: number): boolean {
    const answer = this.#answers.get(folder)?.get(instance);
    return answer === undefined || answer.atMs + GOOD_FOR_MS <= nowMs;
  }

  openers(folder: string): readonly InstanceName[] {
    return [...(this.#answers.get(folder) ?? [])].flatMap(([instance, { opens }]) =>
      opens ? [instance] : [],
    );
  }
}
