/** Settings of an estate in which every instance is reached through a counter of what is on the wire. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { sum } from './bench-figure.ts';
import type { RunningEstate } from './program.ts';
import { TurnCounter } from './turn-counter.ts';

interface PlainSettings {
  readonly instances: Record<string, { host: string; port: number }>;
}

export interface Wire {
  readonly turns: number;
  readonly bytes: number;
  readonly connections: number;
  /** Of a third of the instances, at most: headers are read through any of the stores, over connections of their own; never through witnesses. */
  readonly mostHeld: number;
}

/** Of the third that was connected to least: a pool has one witness for two stores. */
function fewest(connections: readonly number[]): number {
  const third = [...connections].sort((a, b) => a - b).slice(0, Math.ceil(connections.length / 3));
  return third.at(-1) ?? 0;
}

export class Counters implements AsyncDisposable {
  readonly #counters: TurnCounter[] = [];

  /** The settings as a plain document, ports replaced. */
  async before(estate: RunningEstate): Promise<PlainSettings> {
    const plain = parse(readFileSync(estate.settingsFile, 'utf8')) as PlainSettings;
    for (const instance of Object.values(plain.instances)) {
      const counter = new TurnCounter(instance.port);
      instance.port = await counter.listen();
      this.#counters.push(counter);
    }
    return plain;
  }

  get instances(): number {
    return this.#counters.length;
  }

  /** Since the beginning, all instances together. */
  get soFar(): Wire {
    const all = (key: 'turns' | 'bytes' | 'connections'): number[] =>
      this.#counters.map((counter) => counter[key]);
    const connections = all('connections');
    return {
      turns: sum(all('turns')),
      bytes: sum(all('bytes')),
      connections: sum(connections),
      mostHeld: fewest(connections),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#counters.map((counter) => counter[Symbol.asyncDispose]()));
  }
}
