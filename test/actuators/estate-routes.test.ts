/** The seed's routes step by step against the simulated estate in memory: real T-SQL text, real LSN rules, real error numbers. */
import { describe, expect, test } from 'vitest';
import type { ActionId, StepTarget } from '../../src/reconciler/step-id.ts';
import type { DatabaseFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import { EstateBed } from './estate-bed.ts';

/** Hours of the estate pass in seconds; a busy machine needs more than the default of five. */

const MINUTE_MS = 60_000;
const PAR1 = 'sql-par-1.contoso.com';
const LYO1 = 'sql-lyo-1.contoso.com';

type Route = readonly (readonly [ActionId, StepTarget])[];
const FAILOVER: Route = [
  ['remove-log-shipping', 'backup'],
  ['copy-log-backups', 'backup'],
  ['apply-log-backups', 'backup'],
  ['recover-backup', 'backup'],
  ['set-pool-failed-over', 'pool'],
  ['mirror-backup', 'backup'],
  ['activate-servers', 'backup'],
];
const FAILBACK: Route = [
  ['clear-active-servers', 'pool'],
  ['remove-mirroring', 'backup'],
  ['full-backup', 'backup'],
  ['restore-home', 'home'],
  ['establish-log-shipping', 'home'],
  ['activate-servers', 'home'],
  ['set-pool-normal', 'pool'],
  ['mirror-home', 'home'],
];
const SWITCHOVER: Route = [
  ['pause-log-shipping', 'backup'],
  ['clear-active-servers', 'pool'],
  ['remove-mirroring', 'home'],
  ['stop-log-backups', 'home'],
  ['tail-log-backup', 'home'],
  ['copy-log-backups', 'backup'],
  ['apply-log-backups', 'backup'],
  ['remove-log-shipping', 'backup'],
  ['recover-backup', 'backup'],
  ['set-pool-failed-over', 'pool'],
  ['mirror-backup', 'backup'],
  ['activate-servers', 'backup'],
];

async function follow(bed: EstateBed, route: Route): Promise<void> {
  for (const [action, target] of route) {
    await bed.run(action, target);
    await bed.pass(10_000);
  }
}

function copy(facts: PoolFacts, instance: string): DatabaseFacts | undefined {
  const seen = facts.instances[instance];
  return seen?.kind === 'value' ? seen.value.databases['mgc'] : undefined;
}

const mirrorOf = (facts: PoolFacts, instance: string): string | undefined => {
  const mirroring = copy(facts, instance)?.mirroring;
  return mirroring == null || mirroring === 'unknown' ? undefined : mirroring.state;
};

/** Clients post for a while, log backups are taken and shipped. */
async function busyBed(): Promise<EstateBed> {
  const bed = new EstateBed();
  bed.fault('clients on');
  await bed.pass(50 * MINUTE_MS);
  return bed;
}

async function failedOver(): Promise<EstateBed> {
  const bed = await busyBed();
  bed.fault('down site home');
  await bed.pass(5 * MINUTE_MS);
  await follow(bed, FAILOVER);
  return bed;
}

describe('failover after the loss of home', () => {
  test('brings the service to the backup pair and clients post again', async () => {
    const bed = await failedOver();
    const before = bed.world.account().acknowledged;
    await bed.pass(5 * MINUTE_MS);
    const facts = await bed.observe();
    expect(copy(facts, LYO1)).toMatchObject({ state: 'ONLINE', access: 'MULTI_USER' });
    expect(mirrorOf(facts, LYO1)).toBe('SYNCHRONIZED');
    const account = bed.world.account();
    expect(account.serving).toBe(LYO1);
    expect(account.acknowledged).toBeGreaterThan(before);
    expect(account.writableAtTwoSitesMs).toBe(0);
  });

  test('done again, step by step, changes nothing', async () => {
    const bed = await failedOver();
    const { counts } = bed.world.account();
    // Shipping is gone and the copy recovered: the first four steps find their effect there or nothing to do.
    for (const [action, target] of FAILOVER) {
      if (action === 'apply-log-backups' || action === 'copy-log-backups') continue;
      await bed.run(action, target);
    }
    expect(bed.world.account().counts).toEqual(counts);
  });
});

test('failback to a home that was rebuilt empty ends as it was before the disaster', async () => {
  const bed = await failedOver();
  await bed.pass(5 * MINUTE_MS);
  bed.fault('rebuild site home');
  await bed.pass(2 * MINUTE_MS);
  await follow(bed, FAILBACK);
  await bed.pass(30 * MINUTE_MS);
  const facts = await bed.observe();
  expect(copy(facts, PAR1)).toMatchObject({ state: 'ONLINE', access: 'MULTI_USER' });
  expect(mirrorOf(facts, PAR1)).toBe('SYNCHRONIZED');
  expect(copy(facts, LYO1)).toMatchObject({ state: 'RESTORING' });
  expect(facts.poolState).toMatchObject({ value: { poolState: 'Normal' } });
  const account = bed.world.account();
  expect(account.serving).toBe(PAR1);
  expect(account.writableAtTwoSitesMs).toBe(0);
  // Shipping goes on after the mirroring: the secondary applied what was backed up since.
  const shipped = facts.instances[LYO1];
  expect(shipped?.kind === 'value' && shipped.value.shippingSecondary['mgc']?.lastRestoredFile).toBeTruthy();
});

test('a partner that was seeded before is rolled forward, not seeded again, although log backups were taken since it was looked at', async () => {
  const bed = await failedOver();
  bed.fault('rebuild site home');
  await bed.pass(2 * MINUTE_MS);
  await follow(bed, FAILBACK);
  await bed.type(bed.pool.topology.sites.home.chat.primary, 'ALTER DATABASE mgc SET PARTNER OFF');
  await bed.run('mirror-home', 'home', () => bed.pass(35 * MINUTE_MS));
  await bed.pass(MINUTE_MS);
  expect(mirrorOf(await bed.observe(), PAR1)).toBe('SYNCHRONIZED');
  expect(bed.world.account().counts['restore-database@sql-par-2.contoso.com/mgc']).toBe(1);
});

test('shipping goes on after a failback although the clock of home runs two hours behind', async () => {
  const bed = await failedOver();
  bed.fault('rebuild site home');
  bed.fault(`skew instance ${PAR1} -7200000`);
  await bed.pass(2 * MINUTE_MS);
  await follow(bed, FAILBACK);
  await bed.pass(60 * MINUTE_MS);
  const { share, instances } = await bed.observe();
  const backup = instances[LYO1];
  const position = backup?.kind === 'value' ? backup.value.databases['mgc']?.positionLsn : 'unknown';
  const files = share.kind === 'value' ? share.value.files : [];
  const ahead = files.filter(
    ({ header }) => header !== 'unknown' && BigInt(header.firstLsn) > BigInt(position ?? 0),
  );
  expect(files.length).toBeGreaterThan(3);
  expect(ahead.length).toBeLessThan(3);
});

test('a planned switchover loses nothing', async () => {
  const bed = await busyBed();
  await follow(bed, SWITCHOVER);
  await bed.pass(5 * MINUTE_MS);
  const facts = await bed.observe();
  expect(copy(facts, PAR1)?.state).toBe('RESTORING');
  const account = bed.world.account();
  expect(account.serving).toBe(LYO1);
  expect(account.lost).toEqual([]);
  expect(account.writableAtTwoSitesMs).toBe(0);
});

test('the undos of a switchover bring home back', async () => {
  const bed = await busyBed();
  await follow(bed, SWITCHOVER.slice(0, 5));
  await follow(bed, [
    ['recover', 'home'],
    ['resume-log-backups', 'home'],
    ['enable-jobs', 'backup'],
    ['activate-servers', 'home'],
  ]);
  await bed.pass(5 * MINUTE_MS);
  expect(copy(await bed.observe(), PAR1)).toMatchObject({ state: 'ONLINE', access: 'MULTI_USER' });
  expect(bed.world.account().serving).toBe(PAR1);
});

test('a mirrored home that returns damaged is closed for good, its files kept', async () => {
  const bed = await failedOver();
  bed.fault('damage files sql-par-1 mgc');
  bed.fault('return site home');
  await bed.pass(20_000);
  expect(copy(await bed.observe(), PAR1)).toMatchObject({ state: 'SUSPECT', mirroring: 'unknown' });
  await bed.run('fence', 'home');
  expect(copy(await bed.observe(), PAR1)?.state).toBe('OFFLINE');
});

test('home that returns as it was is fenced, with its tail in quarantine and no file of it on the share', async () => {
  const bed = await failedOver();
  bed.fault('return site home');
  await bed.pass(20_000);
  const share = new Set(bed.world.folders.list(bed.pool.topology.logShipping.share).map(({ name }) => name));
  await bed.run('fence', 'home');
  const facts = await bed.observe();
  expect(['RESTORING', 'OFFLINE']).toContain(copy(facts, PAR1)?.state);
  const { quarantineFolder } = bed.pool.topology.sites.home;
  expect(bed.world.folders.list(quarantineFolder).map(({ name }) => name)).toHaveLength(1);
  await bed.pass(30 * MINUTE_MS);
  const later = bed.world.folders.list(bed.pool.topology.logShipping.share).map(({ name }) => name);
  expect(later.filter((name) => !share.has(name))).toEqual([]);
});
