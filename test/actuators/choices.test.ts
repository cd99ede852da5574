/** The pure choices of the actuators: which instance serves, which files to copy, what may be dropped, where files go. */
import { describe, expect, test } from 'vitest';
import { missingLogBackups } from '../../src/actuators/choose-files.ts';
import { joinPath, samePath, shippingName, uniqueName, utcStamp } from '../../src/actuators/file-names.ts';
import type { CopyNow } from '../../src/actuators/copy-now.ts';
import { judgeLeftover } from '../../src/actuators/leftover-copy.ts';
import { followsHome, usableSeed } from '../../src/actuators/seed-secondary.ts';
import { strayLogBackups } from '../../src/actuators/quarantine-files.ts';
import { planMoves } from '../../src/actuators/restore-files.ts';
import { pairOf, requireInstance, servingInstance } from '../../src/actuators/serving-instance.ts';
import type { BackupFile, DatabaseFacts, FolderFacts } from '../../src/topology/pool-facts.ts';
import { NOT_OPENED } from '../../src/topology/log-chain.ts';
import { lsn } from '../../src/topology/lsn.ts';
import { observeWorld } from '../support/scripted-facts.ts';
import { scriptedPorts } from '../support/scripted-ports.ts';
import { World, header, type Db } from '../support/scripted-world.ts';
import { LYO1, PAR1, PAR2, POOL, addInstance, onlineDb, restoringDb } from './step-bed.ts';

function homeFacts(first: Db | undefined, second: Db | undefined) {
  const world = new World();
  addInstance(world, PAR1, first);
  addInstance(world, PAR2, second);
  return observeWorld(world, POOL.topology);
}

describe('the serving instance', () => {
  const mirror = restoringDb({ role: 'MIRROR' });
  test.each([
    ["the store's primary as principal", onlineDb({ role: 'PRINCIPAL' }), mirror, PAR1],
    ['the partner after a mirroring failover', mirror, onlineDb({ role: 'PRINCIPAL' }), PAR2],
    ['the partner that is open while the primary is RESTORING', restoringDb(), onlineDb(), PAR2],
    ['the principal rather than another open copy', onlineDb(), onlineDb({ role: 'PRINCIPAL' }), PAR2],
    ['the primary when both are open', onlineDb(), onlineDb(), PAR1],
    ['the primary when neither is open', restoringDb(), restoringDb(), PAR1],
    ['the primary when neither has the database', undefined, undefined, PAR1],
  ])('is %s', (_case, first, second, expected) => {
    expect(servingInstance(homeFacts(first, second), POOL.topology, 'home')).toBe(expected);
  });

  test("is the store's primary when nobody answers, and its facts then stop the step", () => {
    const facts = observeWorld(new World(), POOL.topology);
    expect(servingInstance(facts, POOL.topology, 'backup')).toBe(LYO1);
    expect(() => requireInstance(facts, LYO1)).toThrow(/was not seen/);
  });

  test('comes first in its pair', () => {
    const facts = homeFacts(restoringDb(), onlineDb());
    expect(pairOf(facts, POOL.topology, 'home')).toEqual([PAR2, PAR1]);
  });
});

const file = (name: string, first: number, last: number, over = {}): BackupFile => ({
  name,
  sizeBytes: 10,
  modifiedAt: '2026-11-23T22:00:00.000Z',
  header: header({ firstLsn: String(first), lastLsn: String(last), ...over }),
  headerProblem: null,
});
const folder = (...files: BackupFile[]): FolderFacts => ({ path: 'X:\\', files, unfinished: [] });
const START = { familyGuid: 'FAMILY', lsn: lsn('3000'), forkGuid: 'FORK' };

describe('files to copy', () => {
  test.each<[string, BackupFile[], BackupFile[], string[]]>([
    [
      'go by LSN, not by name',
      [file('z.trn', 3000, 4000), file('a.trn', 4000, 5000)],
      [],
      ['z.trn', 'a.trn'],
    ],
    [
      'leave out what is applied already',
      [file('a.trn', 2000, 3000), file('b.trn', 3000, 4000)],
      [],
      ['b.trn'],
    ],
    ['leave out what the copy folder holds', [file('b.trn', 3000, 4000)], [file('b.trn', 3000, 4000)], []],
    [
      'take along what no instance can open on the share',
      [
        { ...file('u.trn', 4000, 5000), header: 'unknown', headerProblem: NOT_OPENED },
        file('b.trn', 3000, 4000),
      ],
      [],
      ['b.trn', 'u.trn'],
    ],
    ['bridge a copied file', [file('c.trn', 4000, 5000)], [file('b.trn', 3000, 4000)], ['c.trn']],
    ['end at a gap', [file('b.trn', 3000, 4000), file('d.trn', 5000, 6000)], [], ['b.trn']],
    [
      'leave out another branch',
      [file('b.trn', 3000, 4000, { firstForkGuid: 'OLD', lastForkGuid: 'OLD' })],
      [],
      [],
    ],
    ['leave out another database', [file('b.trn', 3000, 4000, { familyGuid: 'X' })], [], []],
    ['are log backups only', [file('b.bak', 3000, 4000)], [], []],
    [
      'take a file again whose copy has another size',
      [file('b.trn', 3000, 4000)],
      [{ ...file('b.trn', 3000, 4000), sizeBytes: 3, header: 'unknown' }],
      ['b.trn'],
    ],
  ])('%s', (_title, share, copied, expected) => {
    expect(missingLogBackups(folder(...share), folder(...copied), START).map(({ name }) => name)).toEqual(
      expected,
    );
  });

  test('are all log backups when the position is not known', () => {
    const share = folder(file('b.trn', 3000, 4000), file('d.trn', 5000, 6000));
    expect(missingLogBackups(share, folder(), undefined)).toHaveLength(2);
  });
});

describe("the partner's left-over copy", () => {
  const copy = (db: Db | undefined): DatabaseFacts => {
    const found = requireInstance(homeFacts(db, undefined), PAR1).databases['mgc'];
    if (found === undefined) throw new Error('no facts');
    return found;
  };
  const serving = copy(onlineDb({ nextLogLsn: '5000' }));
  const withContent = (messages: number): DatabaseFacts => {
    const foreign = copy(onlineDb({ family: 'OTHER' }));
    return {
      ...foreign,
      content: { configPoolId: null, messages, newest: null, revision: null, heartbeats: [] },
    };
  };
  test.each<[string, DatabaseFacts, 'absent' | 'droppable' | 'keep']>([
    ['absent', copy(undefined), 'absent'],
    ['an ex-mirror of the serving branch', copy(restoringDb({ redoLsn: '9000' })), 'droppable'],
    [
      'an old branch behind the serving copy',
      copy(restoringDb({ redoFork: 'OLD', redoLsn: '4000' })),
      'droppable',
    ],
    [
      'an old branch beyond the serving copy',
      copy(restoringDb({ redoFork: 'OLD', redoLsn: '9000' })),
      'keep',
    ],
    ['open and of the same lineage', copy(onlineDb()), 'keep'],
    ['open, of another lineage, never used', withContent(0), 'droppable'],
    ['open, of another lineage, with messages', withContent(3), 'keep'],
    ['of another lineage and unreadable', { ...withContent(0), content: 'unknown' }, 'keep'],
    ['mirrored', copy(restoringDb({ role: 'MIRROR' })), 'keep'],
    ['perhaps mirrored', { ...copy(restoringDb()), mirroring: 'unknown' }, 'keep'],
    ['OFFLINE', copy(onlineDb({ state: 'OFFLINE' })), 'keep'],
    ['RESTORING and of another lineage', copy(restoringDb({ family: 'OTHER' })), 'keep'],
  ])('%s', (_title, leftover, expected) => {
    expect(judgeLeftover(serving, leftover).kind).toBe(expected);
  });

  test('on an old branch beyond the serving copy goes when a quarantined tail of that branch reaches it', () => {
    const leftover = copy(restoringDb({ redoFork: 'OLD', redoLsn: '9000' }));
    const tail = (last: number, fork: string): BackupFile =>
      file('tail.trn', 8000, last, { tail: true, firstForkGuid: fork, lastForkGuid: fork });
    expect(judgeLeftover(serving, leftover, [tail(9000, 'OLD')]).kind).toBe('droppable');
    expect(judgeLeftover(serving, leftover, [tail(8999, 'OLD')]).kind).toBe('keep');
    expect(judgeLeftover(serving, leftover, [tail(9000, 'ELSE')]).kind).toBe('keep');
  });

  test('on an old branch goes only as far as the serving copy shared that branch, however far its own log has grown', () => {
    const forked = { ...serving, forkPointLsn: '4500' };
    const at = (redoLsn: string) => judgeLeftover(forked, copy(restoringDb({ redoFork: 'OLD', redoLsn })));
    expect(at('4500').kind).toBe('droppable');
    expect(at('4800')).toEqual({
      kind: 'keep',
      reason: 'it stands at 4800, beyond 4500, to which the serving copy holds what it holds',
    });
  });

  test('stays when the lineage of the serving copy is not known', () => {
    const verdict = judgeLeftover({ ...serving, familyGuid: 'unknown' }, copy(restoringDb()));
    expect(verdict.kind).toBe('keep');
  });
});

test('only log backups that are known to be of another line are strays', () => {
  const unread: BackupFile = { ...file('u.trn', 1, 2), header: 'unknown' };
  const listing = folder(
    file('ours.trn', 3000, 4000),
    file('old.trn', 3000, 4000, { lastForkGuid: 'OLD' }),
    file('foreign.trn', 3000, 4000, { familyGuid: 'X' }),
    file('full.bak', 1, 2, { familyGuid: 'X', type: 'full' }),
    unread,
  );
  const home = requireInstance(homeFacts(onlineDb(), undefined), PAR1).databases['mgc'];
  if (home === undefined) throw new Error('no facts');
  expect(strayLogBackups(listing, home).map(({ name }) => name)).toEqual(['old.trn', 'foreign.trn']);
  expect(strayLogBackups(listing, { ...home, forkGuid: 'unknown' })).toEqual([]);
});

describe('files of a restored database', () => {
  const data = { logical: 'mgc', physical: 'D:\\data\\mgc.mdf', isLog: false };
  const log = { logical: 'mgc_log', physical: 'L:\\log\\mgc.ldf', isLog: true };
  const folders = { data: 'E:\\data', log: 'F:\\log' };
  test('stay where they are when the paths are the same', () => {
    expect(planMoves([data, log], [data, log], folders)).toEqual([]);
  });
  test('go where the instance has them already', () => {
    const here = [{ ...data, physical: 'E:\\x\\mgc.mdf' }, log];
    expect(planMoves([data, log], here, folders)).toEqual([{ logical: 'mgc', to: 'E:\\x\\mgc.mdf' }]);
  });
  test('go to the default folders when the instance has no such database', () => {
    expect(planMoves([data, log], [], folders)).toEqual([
      { logical: 'mgc', to: 'E:\\data\\mgc.mdf' },
      { logical: 'mgc_log', to: 'F:\\log\\mgc.ldf' },
    ]);
  });
});

describe('file names', () => {
  const NOW = Date.UTC(2026, 10, 23, 22, 5, 9);
  test('carry a UTC stamp and never repeat', () => {
    const ports = scriptedPorts(new World());
    const first = uniqueName(ports, 'mgc', 'failback', 'bak');
    expect(first).toMatch(/^mgc_failback_20261123220000_[a-z0-9]{12}\.bak$/);
    expect(uniqueName(ports, 'mgc', 'failback', 'bak')).not.toBe(first);
    expect(utcStamp(NOW)).toBe('20261123220509');
  });
  test('in the shipping folder pass over names that are taken', () => {
    expect(shippingName(NOW, 'mgc', ['MGC_20261123220509.trn'])).toBe('mgc_20261123220510.trn');
  });
  test("hold no character of the database's name that a path cannot hold", () => {
    expect(shippingName(NOW, 'a\\..\\b:c', [])).toBe('a_.._b_c_20261123220509.trn');
    expect(shippingName(NOW, 'my db', []), 'as the job names its own').toBe('my db_20261123220509.trn');
  });
  test('join and compare as Windows paths', () => {
    expect(joinPath('\\\\fs01\\mgc-logs\\', 'a.trn')).toBe('\\\\fs01\\mgc-logs\\a.trn');
    expect(samePath('D:\\LSCopy\\', 'd:\\lscopy')).toBe(true);
  });
});

describe('a seed of the backup copy', () => {
  const copyNow = (over: Partial<CopyNow>): CopyNow => ({
    serverName: 'SQL',
    state: 'ONLINE',
    access: 'MULTI_USER',
    role: null,
    mirroringState: null,
    witness: null,
    familyGuid: 'FAMILY',
    redoLsn: null,
    redoFork: null,
    nextLogLsn: '5000',
    recoveryFork: 'FORK',
    forkPointLsn: null,
    restored: null,
    ...over,
  });
  const seeded = copyNow({
    state: 'RESTORING',
    redoLsn: '6000',
    redoFork: 'FORK',
    nextLogLsn: null,
    restored: { type: 'D', lastLsn: '6000', fork: 'FORK', familyGuid: 'FAMILY' },
  });
  const full = file('seed.bak', 5500, 6000, { type: 'full' });

  test('serves while the next log backup of home begins at or before it, on the present fork', () => {
    expect([followsHome(copyNow({}), seeded, []), usableSeed(copyNow({}), [full])?.name]).toEqual([
      true,
      'seed.bak',
    ]);
  });

  test('is of no use while the next log backup begins before the recovery of home', () => {
    const recovered = copyNow({ forkPointLsn: '5000' });
    expect([followsHome(recovered, seeded, []), usableSeed(recovered, [full])]).toEqual([false, undefined]);
    expect(followsHome(copyNow({ forkPointLsn: '4999' }), seeded, [])).toBe(true);
  });
});
