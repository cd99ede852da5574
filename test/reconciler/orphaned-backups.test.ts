/** Files of a lineage that no copy has are named in the ledger, and nothing else is changed by them. */
import { expect, test } from 'vitest';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import type { LossLedger } from '../../src/topology/loss-ledger.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const ledgerOf = (facts: PoolFacts): LossLedger =>
  decidePool(desiredPool(), facts, [], world.NOW_MS).reduction.ledger;
const orphansIn = ({ lines }: LossLedger): readonly (string | null)[] =>
  lines.flatMap(({ kind, note, file }) =>
    kind === 'unreachable-file' && note.includes('another lineage') ? [file] : [],
  );

const OLD = { familyGuid: 'FA000000-0000-0000-0000-0000000000AA' };
const old = [world.logFile(1, 90, OLD), world.logFile(2, 60, OLD)];
/** Both sites rebuilt, one after the other. */
const bothRebuilt = (overrides: Partial<PoolFacts> = {}): PoolFacts =>
  world.homeRebuilt({
    instances: {
      ...world.homeRebuilt().instances,
      ...world.singlePair('lyo', { ...world.newlyBuiltParis(), familyGuid: world.FAMILY }),
    },
    ...overrides,
  });

test('what is left on share and in the copy folder of a pool that was rebuilt twice is named once, and is no new loss', () => {
  const share = world.folder('\\\\fs01\\mgc-logs', old);
  const facts = bothRebuilt({ share, copyFolder: world.folder('D:\\LSCopy', old.slice(0, 1)) });
  const ledger = ledgerOf(facts);
  expect(orphansIn(ledger)).toEqual(['mgc_0001.trn', 'mgc_0002.trn']);
  expect([ledger.lossMinutes, ledger.lostFiles]).toEqual([0, 0]);
});

test('files of a lineage that some copy has are no orphans', () => {
  const own = [world.logFile(1, 90), world.logFile(2, 60, { familyGuid: world.OTHER_FAMILY })];
  expect(orphansIn(ledgerOf(bothRebuilt({ share: world.folder('s', own) })))).toEqual([]);
});

test('nobody is told of orphans while a copy in sight does not tell its lineage', () => {
  const closed = world.singlePair('lyo', world.databaseFacts({ state: 'OFFLINE', familyGuid: 'unknown' }));
  const instances = { ...world.homeRebuilt().instances, ...closed };
  expect(orphansIn(ledgerOf(bothRebuilt({ instances, share: world.folder('s', old) })))).toEqual([]);
});

test('a mirror in sight may have the lineage of its silent principal', () => {
  const pair = world.facts().instances;
  const instances = { ...world.silentParis(), 'sql-par-2.contoso.com': pair['sql-par-2.contoso.com'] };
  const { share } = world.homeLost({ share: world.folder('s', old) });
  const facts = world.homeLost({
    share,
    instances: { ...world.homeLost().instances, ...(instances as PoolFacts['instances']) },
  });
  expect(orphansIn(ledgerOf(facts))).toEqual([]);
});

test('a backup of another database in the same folder is none of this pool', () => {
  const other = [world.logFile(1, 90, { ...OLD, databaseName: 'mgccomp' })];
  expect(orphansIn(ledgerOf(bothRebuilt({ share: world.folder('s', other) })))).toEqual([]);
});

test('with home out of sight they are named too, beside what is at risk, and count in no figure', () => {
  const without = world.homeLost();
  if (without.share.kind !== 'value') throw new Error('the share is in sight');
  const { path, files } = without.share.value;
  const plus = world.homeLost({ share: world.folder(path, [...files, world.logFile(9, 200, OLD)]) });
  const [before, after] = [ledgerOf(without), ledgerOf(plus)];
  expect(orphansIn(after)).toEqual(['mgc_0009.trn']);
  expect([after.lossMinutes, after.lostFiles]).toEqual([before.lossMinutes, before.lostFiles]);
});
