import { describe, expect, test } from 'vitest';
import { accountCopies } from '../../src/reconciler/account-copies.ts';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { lossSeen } from '../../src/reconciler/loss-seen.ts';
import type { Holdings } from '../../src/topology/forecast.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const toBackup = desiredPool({ primarySite: 'backup' });
function account(facts: PoolFacts, pool: DesiredPool = toBackup): Holdings {
  const { vector, ledger } = decidePool(pool, facts, [], world.NOW_MS).reduction;
  return accountCopies(pool, facts, vector, ledger);
}
const row = ({ copies }: Holdings, name: string) => copies.find(({ copy }) => copy === name);

describe('what each copy holds', () => {
  test('a healthy pool: messages of the principal, position of the backup copy, nothing of the mirror', () => {
    const seen = account(world.facts(), desiredPool());
    expect(row(seen, 'principal of home')).toMatchObject({
      state: 'ONLINE',
      messages: 100,
      until: world.minutesAgo(10),
    });
    expect(row(seen, 'mirror of home')).toMatchObject({ lastLsn: null, until: null, messages: null });
    expect(row(seen, 'primary of backup')).toMatchObject({ state: 'RESTORING', lastLsn: world.LINE_LSN });
  });

  test('folders: files, the last LSN in them, and until when', () => {
    const seen = account(world.homeLost());
    expect(row(seen, 'share')).toMatchObject({ files: 4, lastLsn: '34000000014000001' });
    expect(row(seen, 'copy folder')).toMatchObject({ files: 2, lastLsn: '34000000012000001' });
    expect(row(seen, 'quarantine of home')).toMatchObject({ state: 'unknown', files: null });
  });

  test('who is silent is unknown, and the backlog of compliance too, which nobody reads', () => {
    const seen = account(world.homeLost());
    expect(row(seen, 'primary of home')?.state).toBe('unknown');
    const compliant = seen.copies.filter(({ copy }) => copy.startsWith('backlog of'));
    expect(compliant.every(({ state, messages }) => state === 'unknown' && messages === null)).toBe(true);
  });
});

describe('what each deed brings back', () => {
  test('home lost: copying and applying, in minutes, and what is lost without them', () => {
    const { salvage, lossNowMinutes } = account(world.homeLost());
    expect(salvage.map(({ what, by, minutes }) => [what, by, minutes])).toEqual([
      ['copy-log-backups', 'plan', 30],
      ['apply-log-backups', 'plan', 15],
    ]);
    expect(lossNowMinutes).toBe(65);
  });

  test('home lost but for its mirror: the tail is there, and only a person can have it', () => {
    const lost = world.homeLost();
    const mirror = world.facts().instances['sql-par-2.contoso.com'];
    if (mirror === undefined) throw new Error('the pool has a mirror');
    const { salvage } = account({
      ...lost,
      instances: { ...lost.instances, 'sql-par-2.contoso.com': mirror },
    });
    expect(salvage.at(-1)).toMatchObject({
      what: 'force service of sql-par-2.contoso.com',
      by: 'person',
      minutes: 20,
    });
  });

  test('home alive and to be left: the tail is what nothing else has', () => {
    const files = [world.logFile(1, 30)];
    const { salvage, lossNowMinutes } = account(
      world.facts({ share: world.folder('\\\\fs01\\mgc-logs', files) }),
    );
    const tail = salvage.find(({ what }) => what === 'tail-log-backup');
    expect(tail?.by).toBe('plan');
    expect(tail?.minutes).toBeGreaterThanOrEqual(30);
    expect(lossNowMinutes).toBeGreaterThanOrEqual(30);
  });

  test('a pool at rest has nothing to salvage', () => {
    expect(account(world.facts(), desiredPool()).salvage).toEqual([]);
  });
});

describe('the loss of a failover once home is seen again', () => {
  const returned = (newest: string): PoolFacts => {
    const base = world.failedOver();
    const at = { channelId: '1', chatId: '200', chatDate: '638000000000000001', at: newest };
    const { lastRestore } = world.restoringDatabase();
    const lyon = world.mirroredPair('lyo', { ...world.recoveredLyon(), lastRestore });
    const paris = world.parisAsItWas({ content: world.content({ newest: at }) });
    return { ...base, instances: { ...base.instances, ...lyon, ...paris } };
  };

  test('nothing is said while home is silent', () => {
    expect(lossSeen(toBackup, world.failedOver())).toBeUndefined();
  });

  test('its newest message after the last log backup that was restored is the loss', () => {
    const restored = lossSeen(toBackup, returned(world.minutesAgo(0)));
    const less = lossSeen(toBackup, returned(world.minutesAgo(5)));
    expect((restored?.actualMinutes ?? 0) - (less?.actualMinutes ?? 0)).toBeCloseTo(5);
    expect(less?.actualMinutes).toBeGreaterThan(0);
  });

  test('a home that was rebuilt cannot tell', () => {
    expect(lossSeen(toBackup, world.homeRebuilt())).toMatchObject({ actualMinutes: null });
  });
});
