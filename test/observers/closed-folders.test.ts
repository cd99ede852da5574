import { expect, test } from 'vitest';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import { createPoolObserver, type PoolObserver } from '../../src/observers/observe-pool.ts';
import { SimulatedBackupFiles } from '../../src/simulation/simulated-backup-files.ts';
import { SimulatedShell } from '../../src/simulation/simulated-shell.ts';
import { SimulatedSql } from '../../src/simulation/simulated-sql.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import { DEFAULT_ESTATE, type EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import { poolFactsSchema, type PoolFacts } from '../../src/topology/pool-facts.ts';
import type { PoolTopology } from '../../src/topology/pool-topology.ts';
import { estateOf } from '../support/estate-versions.ts';

const { share: SHARE, copyFolder: COPIES } = DEFAULT_ESTATE;
const HOUR_MS = 60 * 60_000;

class Watch {
  readonly world: SimulatedWorld;
  readonly #observer: PoolObserver;
  readonly #pool: PoolTopology;
  /** Statements that went over the wire since the last look, by name. */
  sent: string[] = [];

  constructor(overrides: EstateOverrides) {
    this.world = new SimulatedWorld(freshWorld(overrides));
    const { clock, estate, folders } = this.world;
    const parsed = parseDesiredState(this.world.document.text, 'desired-state.yaml');
    const [pool] = parsed.kind === 'ok' ? parsed.pools : [];
    if (pool === undefined) throw new Error('the estate has no pool');
    this.#pool = pool.topology;
    const latencyMs = (): number => 1;
    const login = { login: 'sa', password: this.world.sqlPassword, connectDeadlineMs: 1000, latencyMs };
    const sql = new SimulatedSql(estate, clock, login);
    this.#observer = createPoolObserver({
      clock,
      sql: {
        observer: (instance) => sql.observer(instance),
        open: async (instance, signal) => {
          const connection = await sql.open(instance, signal);
          return {
            run: (statement, options) => {
              this.sent.push(statement.name);
              return connection.run(statement, options);
            },
            [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
          };
        },
      },
      shell: new SimulatedShell(estate, clock, latencyMs),
      files: new SimulatedBackupFiles(
        folders,
        clock,
        (folder) => this.world.reach(folder),
        latencyMs,
        (folder) => this.world.maps(folder),
      ),
    });
  }

  async pass(ms: number): Promise<void> {
    await this.world.clock.run(() => false, ms);
  }

  async look(): Promise<PoolFacts> {
    this.sent = [];
    const looking = this.#observer.observe(this.#pool, new AbortController().signal);
    let facts: PoolFacts | undefined;
    void looking.then((value) => (facts = value));
    await this.world.clock.run(() => facts !== undefined, 60_000);
    return poolFactsSchema.parse(await looking);
  }
}

test.each([
  ['13.0.6300.2', 'xp_dirtree'],
  ['15.0.4415.2', 'sys.dm_os_enumerate_filesystem'],
])(
  'on %s closed folders are listed through an instance, by %s, and the files are the same',
  async (version) => {
    const open = new Watch(estateOf(version));
    const closed = new Watch({ ...estateOf(version), closedToDaemon: [SHARE, COPIES] });
    await open.pass(HOUR_MS);
    await closed.pass(HOUR_MS);
    const [seen, told] = [await open.look(), await closed.look()];
    expect(seen.closedFolders).toBeUndefined();
    expect(told.closedFolders).toEqual([SHARE, COPIES]);
    for (const folder of ['share', 'copyFolder'] as const) {
      const [mine, theirs] = [seen[folder], told[folder]].map((one) =>
        one.kind === 'value' ? one.value : undefined,
      );
      expect(mine?.files.length, folder).toBeGreaterThan(0);
      expect(theirs?.files.map(({ name }) => name)).toEqual(mine?.files.map(({ name }) => name));
      expect(theirs?.files.map(({ header }) => header)).toEqual(mine?.files.map(({ header }) => header));
      expect(mine?.through).toBeUndefined();
      expect(theirs?.through).toMatch(/^sql-(lyo|par)-[12]\.contoso\.com$/);
      const sized = theirs?.files.filter(({ sizeBytes }) => sizeBytes !== null) ?? [];
      expect(sized.length).toBe(version.startsWith('13') ? 0 : theirs?.files.length);
      expect(theirs?.files.every(({ modifiedAt }) => modifiedAt === null)).toBe(true);
    }
  },
);

test('what a closed folder costs: one round trip each, and headers only of files that are new', async () => {
  const watch = new Watch({ closedToDaemon: [SHARE, COPIES] });
  await watch.pass(HOUR_MS);
  await watch.look();
  await watch.look();
  expect(watch.sent).toEqual(['list-folder', 'list-folder']);
});

test('a header that is known by the name of its file only is read again after ten minutes', async () => {
  const watch = new Watch({ closedToDaemon: [SHARE] });
  await watch.pass(HOUR_MS);
  const first = await watch.look();
  await watch.pass(11 * 60_000);
  const files = first.share.kind === 'value' ? first.share.value.files.length : 0;
  await watch.look();
  expect(watch.sent.filter((name) => name === 'read-header').length).toBeGreaterThanOrEqual(files);
});

test('who can restore from the share is found by a header, and asked again when it may have changed', async () => {
  const watch = new Watch({ closedToDaemon: [COPIES] });
  await watch.pass(HOUR_MS);
  const facts = await watch.look();
  expect(facts.share).toMatchObject({
    value: { restorableBy: ['sql-lyo-1.contoso.com', 'sql-lyo-2.contoso.com'] },
  });
  watch.world.estate.fault('cut link backup-share');
  await watch.pass(60_000);
  expect(await watch.look()).toMatchObject({ share: { value: { restorableBy: [] } } });
  watch.world.estate.fault('heal link backup-share');
  await watch.pass(60_000);
  expect((await watch.look()).share).toMatchObject({
    value: { restorableBy: ['sql-lyo-1.contoso.com', 'sql-lyo-2.contoso.com'] },
  });
});

test('a share that only the jobs of the backup site may read is listed through home', async () => {
  const watch = new Watch({ closedToDaemon: [SHARE], shareOpensTo: 'jobs' });
  await watch.pass(HOUR_MS);
  const facts = await watch.look();
  expect(facts.share).toMatchObject({ value: { restorableBy: [] } });
  const through = facts.share.kind === 'value' ? facts.share.value.through : undefined;
  expect(through).toMatch(/^sql-par-/);
});

test('a closed share that no instance can list is unknown, and has been silent for longer in every round', async () => {
  const watch = new Watch({ closedToDaemon: [SHARE] });
  await watch.pass(HOUR_MS);
  await watch.look();
  watch.world.estate.fault('down share');
  const silences: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    await watch.pass(10_000);
    const { share } = await watch.look();
    expect(share).toMatchObject({ kind: 'unknown', code: 'PCO_SHARE_UNREADABLE' });
    silences.push(share.kind === 'unknown' ? share.silentForMs : 0);
  }
  expect(silences[0]).toBeGreaterThanOrEqual(10_000);
  expect(silences[2]).toBeGreaterThanOrEqual((silences[0] ?? 0) + 20_000);
});

test('a closed folder that looks empty is unknown: without the right to list it, it would look the same', async () => {
  const watch = new Watch({ closedToDaemon: [COPIES] });
  await watch.pass(HOUR_MS);
  for (const { name } of watch.world.folders.list(COPIES)) watch.world.folders.delete(`${COPIES}\\${name}`);
  const facts = await watch.look();
  expect(facts.copyFolder).toMatchObject({ kind: 'unknown', code: 'PCO_SHARE_UNREADABLE' });
  expect(facts.copyFolder.kind === 'unknown' ? facts.copyFolder.reason : '').toContain(
    'sees D:\\LSCopy empty',
  );
});
