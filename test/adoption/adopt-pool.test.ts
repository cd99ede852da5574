import { describe, expect, test } from 'vitest';
import { adoptEstate, type AdoptRequest } from '../../src/cli/adopt-estate.ts';
import { renderAdoptedPool, type AdoptedDocument } from '../../src/adoption/render-adopted-pool.ts';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import { createPoolObserver } from '../../src/observers/observe-pool.ts';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { SimulatedBackupFiles } from '../../src/simulation/simulated-backup-files.ts';
import { SimulatedShell } from '../../src/simulation/simulated-shell.ts';
import { SimulatedSql } from '../../src/simulation/simulated-sql.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import type { EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import type { DesiredPool, InstanceName } from '../../src/topology/pool-topology.ts';

const latency = (): number => 1;

/** The estate's own ports and an observer over them, in memory. */
class Scene {
  readonly world: SimulatedWorld;
  readonly #ports;

  constructor(overrides: EstateOverrides = {}) {
    this.world = new SimulatedWorld(freshWorld(overrides));
    const { clock, estate, folders } = this.world;
    const login = {
      login: 'sa',
      password: this.world.sqlPassword,
      connectDeadlineMs: 1000,
      latencyMs: latency,
    };
    this.#ports = {
      clock,
      sql: new SimulatedSql(estate, clock, login),
      shell: new SimulatedShell(estate, clock, latency),
      files: new SimulatedBackupFiles(folders, clock, (folder) => this.world.reach(folder), latency),
    };
  }

  async run<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const watched = work.finally(() => (over = true));
    watched.catch(() => undefined);
    await this.world.clock.run(() => over, 3_600_000);
    return watched;
  }

  async adopt(
    request: Partial<AdoptRequest> = {},
    choices: Partial<AdoptRequest['choices']> = {},
  ): Promise<AdoptedDocument & { readonly notes: readonly string[] }> {
    const notes: string[] = [];
    const work = adoptEstate(
      this.#ports,
      { instance: 1000, shell: 5000 },
      {
        named: { home: [], backup: [] },
        chatDatabase: 'mgc',
        signal: new AbortController().signal,
        onNote: (text) => notes.push(text),
        ...request,
        choices: { ...NOTHING_CHOSEN, ...choices },
      },
    );
    return { ...renderAdoptedPool(await this.run(work), 'mgc'), notes };
  }

  async decide(pool: DesiredPool): Promise<ReturnType<typeof decidePool>> {
    const observer = createPoolObserver(this.#ports);
    const look = () => this.run(observer.observe(pool.topology, new AbortController().signal));
    await look();
    const facts = await look();
    return decidePool(pool, facts, [], this.world.clock.now());
  }
}

const NOTHING_CHOSEN: AdoptRequest['choices'] = {
  name: undefined,
  poolFqdn: undefined,
  datacenters: { home: 'home', backup: 'backup' },
  quarantine: { home: undefined, backup: undefined },
  mirroringShare: undefined,
};
/** What only a person knows of the demo's estate. */
const CHOSEN: Partial<AdoptRequest['choices']> = {
  name: 'contoso-chat',
  datacenters: { home: 'paris', backup: 'lyon' },
  quarantine: { home: 'D:\\Quarantine\\paris', backup: 'D:\\Quarantine\\lyon' },
  mirroringShare: '\\\\fs01\\mgc-mirroring',
};

function poolOf(text: string): DesiredPool {
  const parsed = parseDesiredState(text, 'desired-state.yaml');
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.findings, null, 1));
  const [pool] = parsed.pools;
  if (pool === undefined) throw new Error('no pool');
  return pool;
}

describe('adopting the estate', () => {
  test('gives a valid document whose plan is empty, with what the estate was made of', async () => {
    const scene = new Scene();
    const { text, open, notes } = await scene.adopt({}, CHOSEN);
    const pool = poolOf(text);
    const made = poolOf(scene.world.document.text);
    expect(notes).toEqual([]);
    expect(open.filter(({ kind }) => kind === 'fill-in')).toEqual([]);
    expect(pool.policy).toMatchObject({ mode: 'observe', maxDataLossMinutes: 0 });
    expect(pool.primarySite).toBe('home');
    const { sites, logShipping, ...rest } = pool.topology;
    const { home, backup } = made.topology.sites;
    // Nobody says where the share stands, which witness an unmirrored pair had, or which share a mirror was made over.
    expect({ ...rest, logShipping }).toEqual({
      ...rest,
      poolFqdn: 'pchat.contoso.com',
      logShipping: { ...made.topology.logShipping, shareSite: undefined },
    });
    expect(sites.home).toEqual(home);
    expect(sites.backup).toEqual({
      ...backup,
      chat: { ...backup.chat, witness: undefined },
      mirroringShare: undefined,
    });
    const { plan, drift } = await scene.decide(pool);
    expect({ plan, drift }).toEqual({ plan: { kind: 'converged' }, drift: [] });
  });

  test('keeps other intervals, and declares compliance where the topology does', async () => {
    const scene = new Scene({
      compliance: true,
      backupEveryMinutes: 5,
      copyEveryMinutes: 7,
      restoreEveryMinutes: 20,
    });
    const { text } = await scene.adopt({}, CHOSEN);
    const pool = poolOf(text);
    expect(pool.topology.logShipping).toMatchObject({
      backupEveryMinutes: 5,
      copyEveryMinutes: 7,
      restoreEveryMinutes: 20,
    });
    expect(pool.topology.sites.home.compliance).toMatchObject({
      primary: 'sql-par-1.contoso.com',
      mirror: 'sql-par-2.contoso.com',
    });
    expect(pool.topology.sites.backup.compliance?.primary).toBe('sql-lyo-1.contoso.com');
    expect((await scene.decide(pool)).drift).toEqual([]);
  });

  test('leaves a marked line for all that nobody can tell, and names its place', async () => {
    const { text, open } = await new Scene().adopt();
    const gaps = open.filter(({ kind }) => kind === 'fill-in');
    expect(gaps.map(({ path }) => path)).toEqual([
      'datacenters.home.quarantineFolder',
      'datacenters.backup.quarantineFolder',
      'logShipping.mirroringShare',
    ]);
    const lines = text.split('\n');
    for (const { line, path } of open)
      expect(lines[line - 1], path).toMatch(
        new RegExp(`^ +${path.split('.').at(-1) ?? ''}: .*#? ?(FILL IN|CHECK): `),
      );
    expect(lines.filter((line) => line.includes('FILL IN: '))).toHaveLength(gaps.length);
    const parsed = parseDesiredState(text, 'x.yaml');
    const places = parsed.kind === 'invalid' ? parsed.findings.map(({ line }) => line) : [];
    expect(places).toEqual(gaps.map(({ line }) => line));
    expect(open.length).toBeGreaterThan(gaps.length);
  });

  test('without a topology takes the instances that a person names, and the partners that they name', async () => {
    const scene = new Scene();
    scene.world.estate.fault('down shell');
    const named = {
      home: ['sql-par-1.contoso.com' as InstanceName],
      backup: ['sql-lyo-1.contoso.com' as InstanceName],
    };
    const { text, open, notes } = await scene.adopt({ named }, { ...CHOSEN, poolFqdn: 'pchat.contoso.com' });
    expect(notes).toEqual([expect.stringMatching(/^the topology was not read: PCO_/)]);
    expect(text).toContain('mirror: sql-par-2.contoso.com # sys.database_mirroring of sql-par-1.contoso.com');
    expect(text).toContain('witness: sql-par-w.contoso.com # CHECK');
    expect(text).toContain('copyFolder: D:\\LSCopy # log shipping of sql-lyo-1.contoso.com');
    expect(open.filter(({ kind }) => kind === 'fill-in').map(({ path }) => path)).toEqual([
      '.primaryDatacenter',
      'datacenters.paris.servers',
      'datacenters.paris.activeServers',
      'datacenters.lyon.sql.mirror',
      'datacenters.lyon.servers',
      'datacenters.lyon.activeServers',
    ]);
  });

  test('says which instance is silent, and keeps what the topology knows of it', async () => {
    const scene = new Scene();
    scene.world.estate.fault('down instance sql-lyo-1.contoso.com');
    const { text, notes } = await scene.adopt({}, CHOSEN);
    expect(notes).toEqual([expect.stringContaining('sql-lyo-1.contoso.com did not answer: PCO_INSTANCE')]);
    expect(text).toMatch(/primary: sql-lyo-1\.contoso\.com # CHECK: it did not answer/);
    expect(text).toContain('copyFolder: # FILL IN');
  });

  test('refuses a pool that the topology does not have, and names those that it has', async () => {
    const work = new Scene().adopt({}, { poolFqdn: 'other.contoso.com' });
    const error = await work.then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(PoolError);
    expect(error).toMatchObject({
      code: 'PCO_USAGE',
      hint: expect.stringContaining('pchat.contoso.com') as string,
    });
  });
});
