/** SQL Server's names of folders and files -> the daemon's. Longest prefix wins, case does not count, nothing climbs out. */
import path from 'node:path';
import { PoolError } from '../topology/pool-error.ts';

interface Mapping {
  readonly parts: readonly string[];
  readonly local: string;
}

/** `\\fs01\mgc-logs\a.trn` -> ['', '', 'fs01', 'mgc-logs', 'a.trn']; the leading empty parts keep UNC and drive names apart. */
function partsOf(name: string): string[] {
  const unified = name.replaceAll('/', '\\');
  const unc = unified.startsWith('\\\\');
  const parts = unified.split('\\').filter((part) => part !== '' && part !== '.');
  return unc ? ['\\\\', ...parts] : parts;
}

const startsWith = (parts: readonly string[], prefix: readonly string[]): boolean =>
  prefix.every((part, index) => parts[index]?.toLowerCase() === part.toLowerCase());

export class PathMap {
  readonly #mappings: readonly Mapping[];

  constructor(folders: Readonly<Record<string, string>>) {
    this.#mappings = Object.entries(folders)
      .map(([name, local]) => ({ parts: partsOf(name), local: path.resolve(local) }))
      .sort((a, b) => b.parts.length - a.parts.length);
  }

  /** The daemon's folder of the mapping that holds the name: files under one such folder hang together. */
  root(name: string): string {
    return this.#mapping(name).local;
  }

  /** Throws PCO_PATH_UNMAPPED when no folder of the settings holds the name or the name climbs out of it. */
  local(name: string): string {
    const mapping = this.#mapping(name);
    return path.join(mapping.local, ...partsOf(name).slice(mapping.parts.length));
  }

  /** Some folder of the settings holds the name. */
  holds(name: string): boolean {
    return this.#nearest(partsOf(name)) !== undefined;
  }

  #nearest(parts: readonly string[]): Mapping | undefined {
    return this.#mappings.find((candidate) => startsWith(parts, candidate.parts));
  }

  #mapping(name: string): Mapping {
    const parts = partsOf(name);
    const mapping = this.#nearest(parts);
    const rest = parts.slice(mapping?.parts.length ?? 0);
    const climbs = rest.some((part) => part === '..' || part.includes('\u0000') || part.includes(':'));
    if (mapping === undefined || climbs) {
      throw new PoolError('PCO_PATH_UNMAPPED', `the settings map no folder for ${name}`, {
        hint: 'Add the folder, as SQL Server names it, to the path map of the operator settings.',
      });
    }
    return mapping;
  }
}
