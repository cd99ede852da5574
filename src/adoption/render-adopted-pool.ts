/** An adopted pool as a commented desired-state document, and what a person has to fill in or to check, line by line. */
import { stringify } from 'yaml';
import { SITES, type Site } from '../topology/pool-topology.ts';
import type { Adopted, AdoptedPool, AdoptedSite, AdoptedStore } from './adopt-pool.ts';

export interface OpenLine {
  /** From 1. */
  readonly line: number;
  readonly path: string;
  /** `fill-in`: the document is not valid without it. */
  readonly kind: 'fill-in' | 'check';
  readonly what: string;
}

export interface AdoptedDocument {
  readonly text: string;
  readonly open: readonly OpenLine[];
}

const ROLES: Readonly<Record<Site, string>> = { home: 'primary-store', backup: 'backup-store' };

/** A scalar as YAML writes it: quoted only where it must be. */
const scalar = (value: string): string => stringify(value, { lineWidth: 0 }).trimEnd();
/** Nothing that was read may leave its comment. */
const comment = (text: string): string => text.replaceAll(/\s+/g, ' ');

class Lines {
  readonly #lines: string[] = [];
  readonly open: OpenLine[] = [];

  get text(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  add(depth: number, text: string): void {
    this.#lines.push(`${'  '.repeat(depth)}${text}`.trimEnd());
  }

  #ask(kind: OpenLine['kind'], path: string, what: string): void {
    this.open.push({ line: this.#lines.length + 1, path, kind, what });
  }

  field(depth: number, path: string, key: string, adopted: Adopted | Adopted<readonly string[]>): void {
    const place = `${path}.${key}`;
    switch (adopted.kind) {
      case 'missing':
        this.#ask('fill-in', place, adopted.what);
        this.add(depth, `${key}: # FILL IN: ${comment(adopted.what)}`);
        return;
      case 'left-out':
        this.add(depth, `# ${key}: ${comment(adopted.why)}`);
        return;
      case 'check':
        this.#ask('check', place, adopted.why);
        this.#value(depth, key, adopted.value, `CHECK: ${comment(adopted.why)}`);
        return;
      case 'found':
        this.#value(depth, key, adopted.value, comment(adopted.from));
    }
  }

  #value(depth: number, key: string, value: string | readonly string[], note: string): void {
    if (typeof value === 'string') {
      this.add(depth, `${key}: ${scalar(value)} # ${note}`);
      return;
    }
    this.add(depth, `${key}: # ${note}`);
    for (const item of value) this.add(depth + 1, `- ${scalar(item)}`);
  }
}

function addStore(lines: Lines, path: string, key: string, store: AdoptedStore): void {
  lines.add(4, `${key}:`);
  lines.field(5, `${path}.${key}`, 'primary', store.primary);
  lines.field(5, `${path}.${key}`, 'mirror', store.mirror);
  lines.field(5, `${path}.${key}`, 'witness', store.witness);
}

function addSite(lines: Lines, site: Site, adopted: AdoptedSite): void {
  const path = `datacenters.${adopted.datacenter}`;
  lines.add(3, `${adopted.datacenter}:`);
  lines.add(4, `role: ${ROLES[site]} # of the topology; a failover does not change it`);
  addStore(lines, path, 'sql', adopted.sql);
  if (adopted.compliance !== undefined) addStore(lines, path, 'compliance', adopted.compliance);
  lines.field(4, path, 'servers', adopted.servers);
  lines.field(4, path, 'activeServers', adopted.activeServers);
  lines.field(4, path, 'quarantineFolder', adopted.quarantineFolder);
}

/** Nobody's estate is changed by a file that was written for it: `observe`, and the cautious value everywhere else. */
const POLICY = [
  'policy:',
  '  mode: observe # it reports and touches nothing; then propose, then act',
  '  evidence: proven # proven: a person attests a lost site; silent: the reviewed edit and silence suffice',
  '  silentAfter: 2m',
  '  maxDataLoss: 0s # above it the pool waits for pchat accept-loss',
];

/** @param chatDatabase left out of the document where it is the usual one */
export function renderAdoptedPool(pool: AdoptedPool, chatDatabase: string): AdoptedDocument {
  const lines = new Lines();
  lines.add(
    0,
    '# Written by pchat adopt from what the estate said of itself. Read it line by line: CHECK marks what was concluded,',
  );
  lines.add(0, '# FILL IN what nobody could tell. pchat validate says whether it is complete.');
  lines.add(0, 'pools:');
  lines.add(1, `- name: ${scalar(pool.name)} # in commands, metrics and the journal; yours to choose`);
  lines.field(2, '', 'poolFqdn', pool.poolFqdn);
  if (chatDatabase !== 'mgc') lines.add(2, `chatDatabase: ${scalar(chatDatabase)}`);
  lines.field(2, '', 'primaryDatacenter', pool.primaryDatacenter);
  lines.add(2, 'datacenters: # their names are yours to choose');
  for (const site of SITES) addSite(lines, site, pool.sites[site]);
  lines.add(2, 'logShipping:');
  for (const [key, adopted] of Object.entries(pool.logShipping)) lines.field(3, 'logShipping', key, adopted);
  for (const line of POLICY) lines.add(2, line);
  return { text: lines.text, open: lines.open };
}
