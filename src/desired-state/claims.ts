/**
 * What pools claim for themselves, over every document and file of a source: their names, and the instances on which their chat
 * databases live. A witness or a compliance store may be shared; a chat database may not.
 */
import type { PoolDocument } from './schema.ts';
import type { Finding, YamlValue } from './yaml-document.ts';

const placeOf = ({ file, line }: Finding): string => `${file}:${String(line)}`;
const PARTS = ['primary', 'mirror'] as const;

export class Claims {
  #names = new Map<string, Finding>();
  #stores = new Map<string, { readonly at: Finding; readonly pool: string }>();

  copy(): Claims {
    const copy = new Claims();
    copy.become(this);
    return copy;
  }

  become(other: Claims): void {
    this.#names = new Map(other.#names);
    this.#stores = new Map(other.#stores);
  }

  /** @returns what is claimed already */
  claim(document: YamlValue, pool: PoolDocument, index: number): Finding[] {
    return [...this.#name(document, pool, index), ...this.#chatStores(document, pool, index)];
  }

  #name(document: YamlValue, { name }: PoolDocument, index: number): Finding[] {
    const here = document.finding(['pools', index, 'name'], `a pool named ${name} is already declared`);
    const before = this.#names.get(name);
    if (before === undefined) {
      this.#names.set(name, here);
      return [];
    }
    const where = before.file === here.file ? `in line ${String(before.line)}` : `at ${placeOf(before)}`;
    return [{ ...here, hint: `the other one is ${where}` }];
  }

  #chatStores(document: YamlValue, pool: PoolDocument, index: number): Finding[] {
    return Object.entries(pool.datacenters).flatMap(([center, { sql }]) =>
      PARTS.flatMap((part) => {
        const instance = sql[part];
        if (instance === 'none') return [];
        const path = ['pools', index, 'datacenters', center, 'sql', part];
        const key = `${instance}|${pool.chatDatabase}`.toLowerCase();
        const before = this.#stores.get(key);
        const at = document.finding(
          path,
          `${pool.chatDatabase} on ${instance} already belongs to the pool ${before?.pool ?? ''}`,
        );
        if (before === undefined) this.#stores.set(key, { at, pool: pool.name });
        // Twice in one pool is a finding of its cross-checks.
        if (before === undefined || before.pool === pool.name) return [];
        return [{ ...at, hint: `declared at ${placeOf(before.at)}; each chat database has one pool` }];
      }),
    );
  }
}
