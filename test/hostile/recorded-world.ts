/** A world in memory that writes down what is sent to it and what is done to its files, with the names of one pool put back to plain ones. */
import { parse, stringify } from 'yaml';
import type { SqlRequest } from '../../src/simulator/estate-contract.ts';
import { createEstate } from '../../src/simulator/estate/create-estate.ts';
import { desiredDocument } from '../../src/simulator/estate/desired-document.ts';
import { DEFAULT_ESTATE, type EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import { tokenize } from '../../src/simulator/tsql/lexer.ts';
import { MemoryFolders } from '../../src/simulation/memory-folders.ts';
import { SimulatedWorld } from '../../src/simulation/simulated-world.ts';

export const PLAIN = 'plain';
/** A name of 128 characters leaves room for a folder of this many. */
const LONGEST_FOLDER = 40;
const complianceOf = (name: string): string => `${name.slice(0, 127)}z`;
const folderOf = (name: string): string => name.slice(0, LONGEST_FOLDER);

/** The name wherever the estate and the document take one from a person. */
export function overridesNamed(name: string): EstateOverrides {
  const { sites } = DEFAULT_ESTATE;
  const folder = folderOf(name);
  return {
    seed: 'hostile names',
    // Early in an hour: one log backup is copied, the next one is not.
    startAtMs: Date.UTC(2026, 10, 23, 8, 25),
    copyEveryMinutes: 60,
    restoreEveryMinutes: 240,
    chatDatabase: name,
    complianceDatabase: complianceOf(name),
    compliance: true,
    share: `\\\\fs01\\logs\\${folder}`,
    mirroringShare: `\\\\fs01\\mirroring\\${folder}`,
    copyFolder: `D:\\copy\\${folder}`,
    sites: {
      home: { ...sites.home, quarantineFolder: `D:\\home\\${folder}` },
      backup: {
        ...sites.backup,
        quarantineFolder: `D:\\backup\\${folder}`,
        mirroringShare: `\\\\fs02\\mirroring\\${folder}`,
      },
    },
  };
}

interface Pools {
  readonly pools: readonly [Readonly<Record<string, unknown>>];
}

/**
 * The estate's document with texts that YAML quotes as they need it.
 * @param more fields of the pool
 */
export function documentNamed(name: string, more: Readonly<Record<string, unknown>> = {}): string {
  const options = { ...DEFAULT_ESTATE, ...overridesNamed(name) };
  const plain = parse(desiredDocument({ ...options, ...overridesNamed(PLAIN) })) as Pools;
  const { share, mirroringShare, copyFolder, sites, chatDatabase, complianceDatabase } = options;
  const [pool] = plain.pools;
  const datacenters = pool['datacenters'] as Readonly<Record<string, object>>;
  const logShipping = { ...(pool['logShipping'] as object), share, mirroringShare, copyFolder };
  const folders = Object.values(sites).map(({ datacenter, quarantineFolder, mirroringShare: own }) => [
    datacenter,
    { ...datacenters[datacenter], quarantineFolder, ...(own === undefined ? {} : { mirroringShare: own }) },
  ]);
  const named = { ...pool, chatDatabase, complianceDatabase, ...more, logShipping };
  return stringify(
    { pools: [{ ...named, datacenters: Object.fromEntries(folders) as object }] },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

const pattern = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * As the name may stand in a value: itself, inside an identifier that is text, in the name of a file. A name that is one character over
 * and over is cut where other words go with it into a limit.
 */
function formsOf(name: string): readonly RegExp[] {
  if (name.length > LONGEST_FOLDER)
    return [new RegExp(`${pattern(name.charAt(0))}{${String(LONGEST_FOLDER)},}`, 'g')];
  const texts = [name.replaceAll(']', ']]'), name, name.replaceAll(/[^\p{L}\p{N}._-]/gu, '_')];
  return [...new Set(texts)].map((text) => new RegExp(pattern(text), 'g'));
}

export interface Deeds {
  /** Texts by instance, cut into tokens, with their values. */
  readonly statements: ReadonlySet<string>;
  readonly cmdlets: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
}

export class RecordedWorld {
  readonly world: SimulatedWorld;
  /** As they were sent: parameters of cmdlets, by name of the cmdlet. */
  readonly cmdlets: (readonly [string, Readonly<Record<string, unknown>>])[] = [];
  readonly #forms: readonly RegExp[];
  readonly #statements = new Set<string>();
  readonly #cmdletShapes = new Set<string>();
  readonly #files = new Set<string>();

  /** @param more fields of the pool's document */
  constructor(name: string, more: Readonly<Record<string, unknown>> = {}) {
    this.#forms = formsOf(name);
    const state = createEstate(overridesNamed(name));
    this.world = new SimulatedWorld({
      nowMs: state.nowMs,
      state,
      folders: new MemoryFolders(),
      document: documentNamed(name, more),
      journal: [],
      epoch: 0,
    });
    this.#listen();
  }

  #listen(): void {
    const { estate, folders } = this.world;
    const request = estate.request.bind(estate);
    estate.request = (instance, connection, sent) => {
      this.#statements.add(`${instance}: ${this.#shapeOf(sent)}`);
      request(instance, connection, sent);
    };
    const cmdlet = estate.cmdlet.bind(estate);
    estate.cmdlet = (called, parameters, computer, answered) => {
      this.cmdlets.push([called, parameters]);
      this.#cmdletShapes.add(JSON.stringify([called, this.#putBack(parameters), computer ?? null]));
      cmdlet(called, parameters, computer, answered);
    };
    const write = folders.write.bind(folders);
    folders.write = (path, bytes, modifiedAtMs) => {
      this.#files.add(String(this.#putBack(path)));
      write(path, bytes, modifiedAtMs);
    };
    const remove = folders.delete.bind(folders);
    folders.delete = (path) => {
      this.#files.add(`without ${String(this.#putBack(path))}`);
      remove(path);
    };
  }

  #putBack(value: unknown): unknown {
    if (typeof value === 'string')
      return this.#forms.reduce((text, form) => text.replaceAll(form, PLAIN), value);
    if (Array.isArray(value)) return value.map((item) => this.#putBack(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.#putBack(inner)]));
  }

  #shapeOf(sent: SqlRequest): string {
    if (sent.kind === 'batch') return JSON.stringify(this.#tokensOf(sent.text));
    const [text, ...rest] = sent.parameters;
    return JSON.stringify([
      sent.procedure,
      this.#tokensOf(String(text?.value)),
      rest.map(({ name, value }) => [name, this.#putBack(typeof value === 'bigint' ? String(value) : value)]),
    ]);
  }

  /** A name or a text is one token however it is quoted; anything else of the name would be a token of its own. */
  #tokensOf(text: string): readonly unknown[] {
    return tokenize(text).map(({ kind, text: value }) => [
      kind,
      kind === 'name' || kind === 'string' ? this.#putBack(value) : value,
    ]);
  }

  deeds(): Deeds {
    return { statements: this.#statements, cmdlets: this.#cmdletShapes, files: this.#files };
  }

  /** Databases of every instance but those of SQL Server itself. */
  databases(): readonly string[] {
    return Object.entries(this.world.state.instances).flatMap(([instance, { databases }]) =>
      Object.values(databases)
        .filter(({ system }) => !system)
        .map(({ name, state }) => `${instance}: ${String(this.#putBack(name))} ${state}`),
    );
  }
}
