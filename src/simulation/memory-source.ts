/** DesiredSource over a text in memory: what an editor saves is seen at once; a broken text is reported as the file source does. */
import { acceptFiles, inForceBefore } from '../desired-state/accept-files.ts';
import type { KnownPool } from '../desired-state/to-desired-pool.ts';
import type { DesiredEvent, DesiredSource } from '../ports/desired-source.ts';

/** The file as it lies in the repository; outlives every daemon that reads it. */
export class MemoryDocument {
  #text: string;
  #changed = Promise.withResolvers<undefined>();

  constructor(text: string) {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  save(text: string): void {
    this.#text = text;
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers<undefined>();
    resolve(undefined);
  }

  change(): Promise<undefined> {
    return this.#changed.promise;
  }
}

const FILE = 'desired-state.yaml';

export function memorySource(document: MemoryDocument, known: ReadonlyMap<string, KnownPool>): DesiredSource {
  let inForce = inForceBefore(known);
  return {
    async *watch(signal): AsyncGenerator<DesiredEvent> {
      const stopped = new Promise<undefined>((resolve) => {
        signal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      for (let text = document.text; !signal.aborted; text = document.text) {
        const changed = document.change();
        const accepted = acceptFiles(
          [{ name: FILE, content: { kind: 'text', text }, revision: null }],
          inForce,
        );
        inForce = accepted.inForce;
        yield accepted.event;
        if (document.text === text) await Promise.race([changed, stopped]);
      }
    },
  };
}
