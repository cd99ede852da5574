import { describe, expect, test } from 'vitest';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import type { Decision } from '../../src/ports/journal.ts';
import { verdictWords } from '../../src/topology/evidence.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import { desiredPool, type DesiredPoolOptions } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';
import { homeFenced } from '../support/home-fenced.ts';

function decide(facts: PoolFacts, options: DesiredPoolOptions = {}, decisions: readonly Decision[] = []) {
  const decided = decidePool(desiredPool(options), facts, decisions, world.NOW_MS);
  const { plan } = decided;
  const steps = plan.kind === 'steps' || plan.kind === 'blocked' || plan.kind === 'waiting' ? plan.steps : [];
  return {
    ...decided,
    kind: plan.kind,
    steps: steps.map((step) => stepKey(step)),
    seeds: steps.map((step) => step.seedStep),
  };
}
const TO_BACKUP: DesiredPoolOptions = { primarySite: 'backup' };
const FAILOVER = [1, 2, 3, 4, 5, 6, 7].map((step) => `failover ${String(step)}`);
const FAILBACK = [1, 2, 3, 4, 5, 6, 7].map((step) => `failback ${String(step)}`);

describe('seed routes from facts', () => {
  test('a healthy pool at home is converged', () => {
    const { kind, drift, reduction } = decide(world.facts());
    expect({
      kind,
      drift,
      unknown: Object.entries(reduction.vector).filter(([, value]) => value === 'unknown'),
    }).toEqual({
      kind: 'converged',
      drift: [],
      unknown: [],
    });
  });

  test('a lost home with the edit made gives the seed failover in the seed order', () => {
    const decided = decide(world.homeLost(), TO_BACKUP);
    expect(decided.seeds).toEqual(FAILOVER);
    expect(decided.gate.kind).toBe('proceed');
  });

  test('a lost home without an edit moves nothing', () => {
    const { kind, gate } = decide(world.homeLost());
    expect([kind, gate.kind]).toEqual(['blocked', 'hold']);
  });

  test('a failed-over pool is converged while home stays dark', () => {
    expect(decide(world.failedOver(), TO_BACKUP).kind).toBe('converged');
  });

  test('a home rebuilt empty is left alone until the edit back is made', () => {
    expect(decide(world.homeRebuilt(), TO_BACKUP).kind).toBe('converged');
  });

  test('a home rebuilt empty with the edit back gives the seed failback and then mirror-home', () => {
    const decided = decide(world.homeRebuilt());
    expect(decided.seeds).toEqual([...FAILBACK, null]);
    expect(decided.steps.at(-1)).toBe('mirror-home:home');
  });
});

describe('evidence', () => {
  const attest: Decision = {
    decision: 'attest-down',
    site: 'home',
    pool: 'chat',
    by: 'ann',
    reason: 'fire',
    expiresAt: '2026-11-23T13:00:00Z',
  };
  const cut = (): PoolFacts => {
    const lost = world.homeLost();
    return { ...lost, chatServers: world.facts().chatServers };
  };

  test("a cut of only the daemon's links to home stays blocked as partitioned", () => {
    const decided = decide(cut(), TO_BACKUP);
    expect([decided.kind, verdictWords(decided.reduction.evidence.home), decided.gate.kind]).toEqual([
      'blocked',
      'partitioned',
      'hold',
    ]);
    expect(decided.seeds).toEqual(FAILOVER);
  });

  test('an attestation is voided by a sign of life', () => {
    expect(decide(cut(), TO_BACKUP, [attest]).kind).toBe('blocked');
  });

  test('under policy proven silence alone is blocked, an attestation opens the way, an expired one does not', () => {
    const proven: DesiredPoolOptions = { primarySite: 'backup', policy: { evidence: 'proven' } };
    expect(decide(world.homeLost(), proven).kind).toBe('blocked');
    expect(decide(world.homeLost(), proven, [attest]).seeds).toEqual(FAILOVER);
    expect(decide(world.homeLost(), proven, [{ ...attest, expiresAt: '2026-11-23T11:00:00Z' }]).kind).toBe(
      'blocked',
    );
  });

  test.each([
    ['PCO_LOGIN_FAILED', 'degraded'],
    ['PCO_CERTIFICATE_REFUSED', 'degraded'],
    ['PCO_SQL_ERROR', 'degraded'],
    ['PCO_UNEXPECTED_ANSWER', 'degraded'],
    ['PCO_SETTINGS_INVALID', 'unknown'],
    ['PCO_CANCELLED', 'unknown'],
    ['PCO_INTERNAL', 'unknown'],
    ['PCO_INSTANCE_UNREACHABLE', 'down (silent)'],
  ])('an instance of the lost site that could not be read for %s leaves the verdict %s', (code, verdict) => {
    const lost = world.homeLost();
    const facts = {
      ...lost,
      instances: {
        ...lost.instances,
        'sql-par-w.contoso.com': world.notSeen<never>('sql-par-w', 600_000, code),
      },
    };
    expect(verdictWords(decide(facts, TO_BACKUP).reduction.evidence.home)).toBe(verdict);
  });

  test('a silent witness of the surviving site leaves the verdict unknown', () => {
    const lost = world.homeLost();
    const facts = {
      ...lost,
      instances: { ...lost.instances, 'sql-lyo-w.contoso.com': world.notSeen<never>('sql-lyo-w') },
    };
    expect(verdictWords(decide(facts, TO_BACKUP).reduction.evidence.home)).toBe('unknown');
  });

  test('a log backup that home wrote within the silence is a sign of life', () => {
    const facts = world.homeLost({ share: world.folder('\\\\fs01\\mgc-logs', [world.logFile(1, 1)]) });
    expect(verdictWords(decide(facts, TO_BACKUP).reduction.evidence.home)).toBe('partitioned');
  });

  test('dbatools, forced failover of a mirror: mirror and witness that lost the principal prove nothing: it may serve on, exposed', () => {
    const base = world.facts();
    const mirror = world.databaseFacts({
      state: 'RESTORING',
      content: 'unknown',
      mirroring: world.mirroring('par', { role: 'MIRROR', state: 'DISCONNECTED' }),
    });
    const facts: PoolFacts = {
      ...base,
      instances: {
        ...base.instances,
        'sql-par-1.contoso.com': world.notSeen('sql-par-1'),
        'sql-par-2.contoso.com': world.seen(
          world.instanceFacts('SQL-PAR-2', { databases: { mgc: mirror } }),
          'sql-par-2',
        ),
        'sql-par-w.contoso.com': world.seen(
          world.instanceFacts('SQL-PAR-W', {
            witnessOf: [
              {
                database: 'mgc',
                principal: 'SQL-PAR-1',
                mirror: 'SQL-PAR-2',
                roleSequence: 1,
                partnerSync: 'UNSYNCHRONIZED',
              },
            ],
          }),
          'sql-par-w',
        ),
      },
    };
    for (const evidence of ['silent', 'proven'] as const) {
      const { kind, reduction } = decide(facts, { ...TO_BACKUP, policy: { evidence } });
      expect([verdictWords(reduction.evidence.home), reduction.vector['home.cannotWrite'], kind]).toEqual([
        'degraded',
        'unknown',
        'blocked',
      ]);
    }
  });
});

describe('current', () => {
  const twoOpen = (
    comparison: { homeNewestInBackup: boolean; backupNewestInHome: boolean },
    lyonBeats: boolean,
    parisBeats: boolean,
  ): PoolFacts => {
    const before = world.failedOver();
    return {
      ...before,
      instances: {
        ...world.parisAsItWas({
          content: world.content({ heartbeats: parisBeats ? world.beats('par') : [] }),
        }),
        ...world.mirroredPair(
          'lyo',
          world.recoveredLyon({
            content: world.content({ heartbeats: lyonBeats ? world.beats('lyo') : [] }),
          }),
        ),
      },
      comparison: world.seen(comparison, 'comparison'),
    };
  };

  test.each([
    [
      'home when only home wrote',
      { homeNewestInBackup: false, backupNewestInHome: true },
      false,
      true,
      'home',
      'fence:backup',
    ],
    [
      'backup when only backup wrote',
      { homeNewestInBackup: true, backupNewestInHome: false },
      true,
      false,
      'backup',
      'fence:home',
    ],
    [
      'the one with heartbeats when equal',
      { homeNewestInBackup: true, backupNewestInHome: true },
      true,
      false,
      'backup',
      'fence:home',
    ],
    [
      'diverged when both wrote; the side that serves nobody is fenced',
      { homeNewestInBackup: false, backupNewestInHome: false },
      true,
      false,
      'diverged-backup',
      'fence:home',
    ],
    [
      'diverged with home serving',
      { homeNewestInBackup: false, backupNewestInHome: false },
      false,
      true,
      'diverged-home',
      'fence:backup',
    ],
  ])('two open copies: %s', (_, comparison, lyon, paris, current, first) => {
    for (const primarySite of ['home', 'backup'] as const) {
      const decided = decide(twoOpen(comparison, lyon, paris), { primarySite });
      expect([decided.reduction.vector.current, decided.steps[0]]).toEqual([current, first]);
    }
  });

  test('both wrote: before a person decides, nothing but the fence is planned', () => {
    const both = twoOpen({ homeNewestInBackup: false, backupNewestInHome: false }, true, false);
    const towardsHome = decide(both, { primarySite: 'home' });
    expect([towardsHome.kind, towardsHome.steps]).toEqual(['steps', ['fence:home']]);
    const other = twoOpen({ homeNewestInBackup: false, backupNewestInHome: false }, false, true);
    const towardsBackup = decide(other, { primarySite: 'backup' });
    expect([towardsBackup.kind, towardsBackup.steps]).toEqual(['steps', ['fence:backup']]);
  });

  test('a fenced home that alone holds messages is overwritten only once a person gives them up', () => {
    const facts = homeFenced('mgc_tail_20261123120000_abc.trn');
    const decided = decide(facts);
    const { vector } = decided.reduction;
    expect([vector.current, vector['home.holds'], decided.kind]).toEqual(['backup', 'saved', 'blocked']);
    const obstacles = decided.plan.kind === 'blocked' ? decided.plan.obstacles : [];
    expect(obstacles.map(({ variable, wayOut }) => [variable, wayOut])).toEqual([
      ['home.holds', 'pchat decide chat --keep lyon'],
    ]);
    const keep: Decision = {
      decision: 'keep',
      generation: desiredPool({}).generation,
      site: 'backup',
      pool: 'chat',
      by: 'ann',
      reason: 'read',
      expiresAt: null,
    };
    const old: Decision = {
      ...keep,
      generation: { ...keep.generation, counter: keep.generation.counter - 1 },
    };
    expect(decide(facts, {}, [old]).kind).toBe('blocked');
    const kept = decide(facts, {}, [keep]);
    expect([kept.kind, kept.reduction.vector['home.holds']]).toEqual(['steps', 'released']);
    expect(kept.seeds).toEqual([...FAILBACK, null]);
  });

  describe('cnpg#4284: while home is lost, a backup copy that was rebuilt', () => {
    const keep: Decision = {
      decision: 'keep',
      generation: desiredPool({}).generation,
      site: 'backup',
      pool: 'chat',
      by: 'ann',
      reason: 'nothing else is left',
      expiresAt: null,
    };
    const beside = (database: Parameters<typeof world.databaseFacts>[0]): PoolFacts =>
      world.homeLost({
        instances: {
          ...world.silentParis(),
          ...world.singlePair('lyo', world.databaseFacts({ familyGuid: world.OTHER_FAMILY, ...database })),
        },
      });
    const rebuilt = {
      lastRestore: null,
      content: world.content({ messages: 0, newest: null, heartbeats: [] }),
      sessions: [],
    };

    test('is nothing to move to until a person says so', () => {
      const facts = beside(rebuilt);
      const decided = decide(facts, TO_BACKUP);
      const obstacles = decided.plan.kind === 'blocked' ? decided.plan.obstacles : [];
      expect([decided.kind, decided.reduction.vector.current]).toEqual(['blocked', 'none']);
      expect(obstacles.map(({ wayOut }) => wayOut)).toEqual(['pchat decide chat --keep lyon']);
      const kept = decide(facts, TO_BACKUP, [keep]);
      expect([kept.kind, kept.reduction.vector.current]).toEqual(['steps', 'backup']);
    });

    test('is kept by a decision though a fence has closed it', () => {
      const facts = beside({ ...rebuilt, state: 'OFFLINE', content: 'unknown', familyGuid: 'unknown' });
      expect(decide(facts, TO_BACKUP).reduction.vector.current).toBe('none');
      expect(decide(facts, TO_BACKUP, [keep]).reduction.vector.current).toBe('backup');
    });

    test('that holds messages, or came from a restore, serves as before', () => {
      const { lastRestore } = world.restoringDatabase();
      for (const database of [
        { ...rebuilt, content: world.content() },
        { ...rebuilt, lastRestore },
      ])
        expect(decide(beside(database), TO_BACKUP).reduction.vector.current).toBe('backup');
    });
  });

  test('a home that was closed OFFLINE is saved by the full backup that its instance took last', () => {
    const before = world.homeRebuilt();
    const header = {
      type: 'full',
      copyOnly: true,
      familyGuid: 'FA000000-0000-0000-0000-0000000000FF',
    } as const;
    const full = { ...world.logFile(9, 5, header), name: 'mgc_fenced.bak' };
    const held = (path: string): string =>
      decide({
        ...before,
        instances: {
          ...before.instances,
          ...world.singlePair(
            'par',
            world.databaseFacts({
              state: 'OFFLINE',
              content: 'unknown',
              familyGuid: 'unknown',
              positionLsn: 'unknown',
              forkGuid: 'unknown',
            }),
            { backups: [{ ...world.fullBackupSet(), path, familyGuid: header.familyGuid }] },
          ),
        },
        quarantine: { ...before.quarantine, home: world.folder('Q:', [full]) },
      }).reduction.vector['home.holds'];
    expect([held('Q:\\mgc_fenced.bak'), held('Q:\\other.bak')]).toEqual(['saved', 'unsaved']);
  });

  test('a fenced home whose newest message the other copy held needs nobody', () => {
    const decided = decide(homeFenced('mgc_shared-tail_20261123120000_abc.trn'));
    expect([decided.kind, decided.reduction.vector['home.holds']]).toEqual(['steps', 'nothing']);
    expect(decided.seeds).toEqual([...FAILBACK, null]);
  });

  test('restored home and barred backup with equal content are both current', () => {
    const before = world.homeRebuilt();
    const facts: PoolFacts = {
      ...before,
      instances: {
        ...world.singlePair(
          'par',
          world.databaseFacts({
            forkGuid: 'F0000000-0000-0000-0000-000000000003',
            firstForkGuid: world.FORK_2,
            content: world.content({ heartbeats: world.beats('lyo') }),
          }),
        ),
        ...world.singlePair(
          'lyo',
          world.recoveredLyon({ access: 'RESTRICTED_USER', mirroring: null, sessions: [] }),
        ),
      },
      poolState: world.seen(world.poolStateFacts({ poolState: 'FailedOver', activeServers: [] }), 'shell'),
      comparison: world.seen({ homeNewestInBackup: true, backupNewestInHome: true }, 'comparison'),
    };
    expect(decide(facts).seeds).toEqual(['failback 5', 'failback 6', 'failback 7', null]);
    expect(decide(facts, TO_BACKUP).steps[0]).toBe('fence:home');
  });
});

describe('files, share and loss', () => {
  test('the ledger names the files to save and the tail at risk before anything is given up', () => {
    const { ledger } = decide(world.homeLost(), TO_BACKUP);
    expect(ledger.lines.filter((line) => line.kind === 'salvageable').map((line) => line.file)).toEqual([
      'mgc_0001.trn',
      'mgc_0002.trn',
      'mgc_0003.trn',
      'mgc_0004.trn',
    ]);
    expect(ledger.lossMinutes).toBe(20);
    expect(ledger.lostFiles).toBe(0);
  });

  test('what is at risk begins when the newest log backup began: what was written while it ran may be missing in it', () => {
    const newest = world.logFile(4, 20, { startedAt: world.minutesAgo(23) });
    const older = [1, 2, 3].map((n) => world.logFile(n, 80 - 15 * n));
    const lost = { ...world.homeLost(), share: world.folder('\\\\fs01\\mgc-logs', [...older, newest]) };
    const { ledger } = decide(lost, TO_BACKUP);
    const tail = ledger.lines.find(({ kind }) => kind === 'at-risk');
    expect([tail?.from, ledger.lossMinutes]).toEqual([world.minutesAgo(23), 13]);
  });

  test.each([
    ['the copied files tell theirs', 60, [world.logFile(1, 75), world.logFile(2, 60)], 60],
    ['only what is restored tells its own', 60, [], 15],
    ['nothing tells any, so that its server may be as far east as there is one', null, [], 15 + 13 * 60],
  ] as const)(
    'without the instant of the newest log backups what is at risk begins earlier, never later: %s',
    (_, backupTimeZoneMinutes, copied, beganAgo) => {
      const undated = [1, 2, 3, 4].map((n) => ({
        ...world.logFile(n, 5, { startedAt: null, finishedAt: null }),
        modifiedAt: null,
      }));
      const { lastRestore } = world.restoringDatabase();
      if (lastRestore === null || lastRestore === 'unknown') throw new Error('nothing is restored');
      const copy = world.restoringDatabase({ lastRestore: { ...lastRestore, backupTimeZoneMinutes } });
      const lost = world.homeLost({
        share: world.folder('\\\\fs01\\mgc-logs', undated),
        copyFolder: world.folder('D:\\LSCopy', copied),
      });
      const facts = { ...lost, instances: { ...lost.instances, ...world.singlePair('lyo', copy) } };
      const { ledger } = decide(facts, TO_BACKUP);
      expect(ledger.lines.find(({ kind }) => kind === 'at-risk')?.from).toBe(world.minutesAgo(beganAgo));
      expect(ledger.lines.filter(({ kind }) => kind === 'salvageable')).toHaveLength(4);
    },
  );

  test('a log backup of home whose instant nothing tells leaves it to the copy job to say that home lives', () => {
    const undated = { ...world.logFile(4, 5, { startedAt: null, finishedAt: null }), modifiedAt: null };
    const lost = world.homeLost({ share: world.folder('\\\\fs01\\mgc-logs', [undated]) });
    const verdictWith = (copiedMinutesAgo: number): string => {
      const shipping = world.secondaryShipping();
      const row = shipping.shippingSecondary['mgc'];
      const lastCopiedAt = world.minutesAgo(copiedMinutesAgo);
      const more = { ...shipping, shippingSecondary: { mgc: row == null ? null : { ...row, lastCopiedAt } } };
      const instances = {
        ...lost.instances,
        ...world.singlePair('lyo', world.restoringDatabase(), more),
      };
      return verdictWords(decide({ ...lost, instances }, TO_BACKUP).reduction.evidence.home);
    };
    expect(verdictWith(30)).toBe('down (silent)');
    expect(verdictWith(1)).toBe('partitioned');
  });

  test('what was lost when backup began to serve is not asked about again by a later repair', () => {
    const poolState = world.seen(world.poolStateFacts(), 'shell');
    const pool: DesiredPoolOptions = { primarySite: 'backup', policy: { maxDataLossMinutes: 0 } };
    const { plan, ledger, gate } = decide(world.failedOver({ poolState }), pool);
    expect([plan.kind, ledger.lossMinutes]).toEqual(['steps', 0]);
    expect(ledger.lines.map(({ kind }) => kind)).toContain('at-risk');
    expect(gate.kind).toBe('proceed');
  });

  describe('dbatools, log-ship recovery: with home lost and the share silent', () => {
    const SHARE = '\\\\fs01\\mgc-logs';
    const AT_HOME: DesiredPoolOptions = {
      primarySite: 'backup',
      shareSite: 'home',
      policy: { maxDataLossMinutes: 60 },
    };
    const NEVER_LISTED = { share: null, clocks: {} };
    const LISTED = {
      share: {
        folder: {
          path: SHARE,
          files: [1, 2, 3, 4].map((n) => world.logFile(n, 90 - 15 * n)),
          unfinished: [],
        },
        at: world.minutesAgo(11),
      },
      clocks: {
        'sql-par-1.contoso.com': world.minutesAgo(11),
        'sql-par-2.contoso.com': world.minutesAgo(11),
        'sql-par-w.contoso.com': world.minutesAgo(1),
      },
    };
    const silent = (silentForMs: number, lastSeen: PoolFacts['lastSeen'] = NEVER_LISTED): PoolFacts => ({
      ...world.homeLost(),
      share: world.notSeen(SHARE, silentForMs, 'PCO_SHARE_UNREADABLE'),
      lastSeen,
    });

    test('a share that stood at home is gone: its files are guessed where its listing was never seen', () => {
      const decided = decide(silent(600_000), AT_HOME);
      expect(decided.seeds).toEqual(FAILOVER.filter((seed) => seed !== 'failover 2'));
      expect([decided.ledger.lossMinutes, decided.ledger.lostFiles]).toEqual([50, 3]);
    });

    test('the files of its last listing are named with their minutes, and the minutes add up to the loss', () => {
      const { ledger } = decide(silent(600_000, LISTED), AT_HOME);
      const lost = ledger.lines.filter(({ kind }) => kind === 'unreachable-file' || kind === 'at-risk');
      expect(lost.map(({ file, minutes }) => [file, minutes])).toEqual([
        ['mgc_0003.trn', 15],
        ['mgc_0004.trn', 15],
        [null, 19],
      ]);
      expect([ledger.lossMinutes, ledger.lostFiles]).toEqual([49, 2]);
    });

    test.each([
      ['stands at the backup site', { ...AT_HOME, shareSite: 'backup' as const }, 600_000],
      ['stands nowhere that the file names', { primarySite: 'backup' as const }, 600_000],
      ['stood at home but is not silent for long enough', AT_HOME, 1_000],
    ])('a share that %s is out of sight, not gone: it blocks, by name', (_, options, silentForMs) => {
      const decided = decide(silent(silentForMs, LISTED), options);
      expect([decided.kind, decided.reduction.vector.share]).toEqual(['blocked', 'unknown']);
      const obstacles = decided.plan.kind === 'blocked' ? decided.plan.obstacles : [];
      expect(obstacles.map((one) => one.variable)).toContain('share.uncopied');
      expect(obstacles.every((one) => one.wayOut.includes(SHARE))).toBe(true);
    });
  });

  test('a loss above the bound asks, and an accepted loss goes on', () => {
    const options: DesiredPoolOptions = { primarySite: 'backup', policy: { maxDataLossMinutes: 5 } };
    const accept: Decision = {
      decision: 'accept-loss',
      pool: 'chat',
      by: 'ann',
      reason: 'ok',
      expiresAt: null,
      generation: desiredPool().generation,
      lossMinutes: 21,
    };
    expect(decide(world.homeLost(), options).gate).toMatchObject({
      kind: 'await-approval',
      code: 'LossAboveBound',
    });
    expect(decide(world.homeLost(), options, [accept]).gate.kind).toBe('proceed');
  });

  test('an interrupted restore of the backup copy is not taken for a usable one', () => {
    const lost = world.homeLost();
    const facts = {
      ...lost,
      instances: {
        ...lost.instances,
        ...world.singlePair('lyo', world.restoringDatabase({ positionLsn: null, lastRestore: null })),
      },
    };
    const decided = decide(facts, TO_BACKUP);
    expect([decided.reduction.vector['backup.mgc'], decided.kind]).toEqual(['cut', 'blocked']);
  });

  test('a gap makes the copy leave the chain; an unread file may close it', () => {
    const withFiles = (files: Parameters<typeof world.folder>[1]) =>
      decide(world.facts({ share: world.folder('s', files) })).reduction.vector['shipping.follows'];
    const unread = { ...world.logFile(1, 40), header: 'unknown' as const, headerProblem: 'truncated' };
    expect([
      withFiles([world.logFile(1, 40), world.logFile(2, 30)]),
      withFiles([world.logFile(2, 30)]),
      withFiles([unread, world.logFile(2, 30)]),
    ]).toEqual(['yes', 'no', 'unknown']);
  });
});

describe('planned move', () => {
  test('home alive: paused, drained, tailed to the share, recovered without loss', () => {
    const decided = decide(world.facts(), TO_BACKUP);
    expect(decided.steps).toEqual([
      'pause-log-shipping:backup',
      'clear-active-servers:pool',
      'remove-mirroring:home',
      'stop-log-backups:home',
      'tail-log-backup:home',
      'copy-log-backups:backup',
      'apply-log-backups:backup',
      'remove-log-shipping:backup',
      'recover-backup:backup',
      'set-pool-failed-over:pool',
      'mirror-backup:backup',
      'activate-servers:backup',
    ]);
    expect(decided.ledger.lossMinutes).toBe(0);
  });
});
