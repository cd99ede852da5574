/** Named worlds of the demo pool under names that a test chooses: what a recording is made of, without an estate. */
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import type { Decision } from '../../src/ports/journal.ts';
import type { LookedAt } from '../../src/recording/write-recording.ts';
import { poolFactsSchema, type FolderFacts, type PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import * as world from '../support/facts.ts';
import { poolDocument } from '../support/pool-document.ts';

const tail = (name: string, more = {}): PoolFacts['share'] =>
  world.folder('\\\\fs-par\\quarantine', [{ ...world.logFile(4, 5, { tail: true, ...more }), name }]);

const fencedParis = (): PoolFacts['instances'] => ({
  ...world.failedOver().instances,
  ...world.singlePair(
    'par',
    world.restoringDatabase({
      positionLsn: (BigInt(world.LINE_LSN) + 4_000_000n).toString(),
      lastRestore: null,
    }),
  ),
});

/** As an instance lists a folder: no sizes and no times. */
function listedFor(folder: PoolFacts['share'], more: Partial<FolderFacts> = {}): PoolFacts['share'] {
  if (folder.kind === 'unknown') return folder;
  const files = folder.value.files.map((file) => ({ ...file, sizeBytes: null, modifiedAt: null }));
  return { ...folder, value: { ...folder.value, files, through: 'sql-lyo-1.contoso.com', ...more } };
}

/** Worlds in which names decide: who wrote a file, which folder a backup went to, whose heartbeat it is. */
export const WORLDS: Readonly<Record<string, () => PoolFacts>> = {
  converged: () => world.facts(),
  'home lost': () => world.homeLost(),
  'home lost, yet it goes on writing log backups': () =>
    world.homeLost({
      share: world.folder('\\\\fs01\\mgc-logs', [world.logFile(1, 75), world.logFile(2, 1)]),
    }),
  'home lost with the share': () =>
    world.homeLost({
      share: world.notSeen('folder \\\\fs01\\mgc-logs'),
      lastSeen: {
        share: {
          folder: {
            path: '\\\\fs01\\mgc-logs',
            files: [world.logFile(3, 45), world.logFile(4, 30)],
            unfinished: [],
          },
          at: world.minutesAgo(12),
        },
        clocks: { 'sql-par-1.contoso.com': world.minutesAgo(10) },
      },
    }),
  'home lost, headers not read': () =>
    world.homeLost({
      share: world.folder('\\\\fs01\\mgc-logs', [
        { ...world.logFile(1, 75), header: 'unknown', headerProblem: 'not read yet' },
        {
          ...world.logFile(2, 70),
          header: 'unknown',
          headerProblem: 'The media family on device is damaged',
        },
      ]),
    }),
  'failed over': () => world.failedOver(),
  'failed over, home is back as it was': () =>
    world.failedOver({ instances: { ...world.failedOver().instances, ...world.parisAsItWas() } }),
  'failed over, home fenced and shared': () =>
    world.failedOver({
      instances: fencedParis(),
      quarantine: {
        home: tail('mgc_shared-tail_20261123115500_1a2b.trn'),
        backup: world.facts().quarantine.backup,
      },
    }),
  'failed over, home fenced with messages of its own': () =>
    world.failedOver({
      instances: fencedParis(),
      quarantine: { home: tail('mgc_tail_20261123115500_1a2b.trn'), backup: world.facts().quarantine.backup },
    }),
  'home rebuilt': () => world.homeRebuilt(),
  'a server has not got the new state': () => {
    const base = world.failedOver();
    const late = world.seen(world.chatServer({ localPoolState: 'Normal' }), 'shell');
    return { ...base, chatServers: { ...base.chatServers, 'chat-lyo-2.contoso.com': late } };
  },
  'home lost, folders closed to the daemon': () => {
    const { share, copyFolder } = world.homeLost();
    return world.homeLost({
      closedFolders: ['\\\\fs01\\mgc-logs', 'D:\\LSCopy'],
      share: listedFor(share, { restorableBy: ['sql-lyo-1.contoso.com'] }),
      copyFolder: listedFor(copyFolder),
    });
  },
};

const DECISIONS = (pool: DesiredPool): readonly Decision[] => [
  {
    pool: pool.topology.name,
    by: 'ann.example',
    reason: 'the house burns',
    expiresAt: null,
    decision: 'attest-down',
    site: 'home',
  },
  {
    pool: pool.topology.name,
    by: 'ann.example',
    reason: 'hold',
    expiresAt: '2026-11-24T00:00:00.000Z',
    decision: 'suspend',
  },
  {
    pool: pool.topology.name,
    by: 'ben',
    reason: 'read both',
    expiresAt: null,
    decision: 'keep',
    generation: pool.generation,
    site: 'backup',
  },
  {
    pool: pool.topology.name,
    by: 'ben',
    reason: 'fine',
    expiresAt: null,
    decision: 'accept-loss',
    generation: pool.generation,
    lossMinutes: 90,
  },
];

export interface WorldOptions {
  readonly world: string;
  readonly primary: 'paris' | 'lyon';
  /** Bit n: the n-th decision stands. */
  readonly decided: number;
  /** Text of the demo by the text that shall stand there, in whatever case it is found. */
  readonly names?: Readonly<Record<string, string>>;
}

const spelled = (found: string, name: string): string =>
  found === found.toUpperCase() && found !== found.toLowerCase() ? name.toUpperCase() : name;

export function renamed(text: string, names: Readonly<Record<string, string>>): string {
  return Object.entries(names).reduce(
    (before, [old, name]) =>
      before.replaceAll(new RegExp(`(?<![a-z0-9])${old}(?![a-z0-9])`, 'gi'), (found) => spelled(found, name)),
    text,
  );
}

export function lookedAt(options: WorldOptions): LookedAt {
  const { names = {} } = options;
  const text = renamed(poolDocument(options.primary), names);
  const parsed = parseDesiredState(text, 'desired-state.yaml');
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.findings));
  const [pool] = parsed.pools;
  if (pool === undefined) throw new Error('no pool');
  const made = WORLDS[options.world]?.();
  const facts = poolFactsSchema.parse(JSON.parse(renamed(JSON.stringify(made), names)));
  const decisions = DECISIONS(pool).filter((_, index) => (options.decided & (1 << index)) !== 0);
  return { pool, facts, decisions, nowMs: world.NOW_MS };
}
