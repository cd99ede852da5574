/** DesiredSource over a text in memory: what an editor saves is seen at once; a broken text is reported as the file source does. */
import { desiredStateError, parseDesiredState } from '../desired-state/parse-desired-state.ts';
import { formatFinding } from '../desired-state/yaml-document.ts';
import type { DesiredEvent, DesiredSource } from '../ports/desired-source.ts';
import type { Generation } from '../topology/pool-topology.ts';

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

export function memorySource(
  document: MemoryDocument,
  previous: ReadonlyMap<string, Generation>,
): DesiredSource {
  const generations = new Map(previous);
  return {
    async *watch(signal): AsyncGenerator<DesiredEvent> {
      const stopped = new Promise<undefined>((resolve) => {
        signal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      for (let text = document.text; !signal.aborted; text = document.text) {
        const changed = document.change();
        const parsed = parseDesiredState(text, FILE, generations);
        if (parsed.kind === 'ok') {
          for (const pool of parsed.pools) generations.set(pool.topology.name, pool.generation);
          yield { kind: 'accepted', pools: parsed.pools, findings: [] };
        } else {
          const { findings } = parsed;
          yield {
            kind: 'rejected',
            error: desiredStateError(findings),
            findings: findings.map(formatFinding),
          };
        }
        if (document.text === text) await Promise.race([changed, stopped]);
      }
    },
  };
}
