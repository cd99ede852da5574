import { describe, expect, test } from 'vitest';
import { homeAndBackup, mirror, type Instances } from './instances.ts';

const set = (change: string): string => `ALTER DATABASE mgc SET ${change}`;
const WITNESS = "WITNESS = 'TCP://witness.contoso.com:5022'";
const FORCE = 'PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS';

const shown = (world: Instances, instance: string): readonly unknown[] => {
  const [row] = world.run(
    instance,
    "SELECT mirroring_role_desc AS r, mirroring_state_desc AS s FROM sys.database_mirroring WHERE database_id = DB_ID(N'mgc')",
  ).rows;
  return [row?.['r'], row?.['s']];
};

function mirrored(): Instances {
  const world = homeAndBackup();
  mirror(world);
  expect(shown(world, 'HOME')).toEqual(['PRINCIPAL', 'SYNCHRONIZED']);
  return world;
}

describe('SUSPEND', () => {
  test('shows on both sides, serves exposed, outlives restarts, and RESUME catches up', () => {
    const world = mirrored();
    expect(world.run('HOME', set('PARTNER SUSPEND')).errors).toEqual([]);
    expect([shown(world, 'HOME')[1], shown(world, 'BACKUP')[1]]).toEqual(['SUSPENDED', 'SUSPENDED']);
    expect(world.post('HOME', 'exposed')).toBe('committed');
    expect(world.messages('BACKUP')).not.toContain('exposed');
    world.restart('BACKUP');
    world.advance(30_000);
    expect(shown(world, 'HOME')[1]).toBe('SUSPENDED');
    expect(world.run('HOME', set('PARTNER RESUME')).errors).toEqual([]);
    expect(shown(world, 'HOME')[1]).toBe('SYNCHRONIZING');
    world.advance(10_000);
    expect(shown(world, 'BACKUP')).toEqual(['MIRROR', 'SYNCHRONIZED']);
    expect(world.messages('BACKUP')).toContain('exposed');
  });
});

describe('the time-out', () => {
  test.each([
    ['the usual 10 s', undefined, 9_000, 11_000],
    ['a set one', 'PARTNER TIMEOUT 30', 29_000, 31_000],
    ['at least 5 s', 'PARTNER TIMEOUT 1', 4_000, 6_000],
  ] as const)(
    'is %s: before it commits wait, after it the principal goes on alone',
    (_what, change, early, late) => {
      const world = mirrored();
      if (change !== undefined) expect(world.run('HOME', set(change)).errors).toEqual([]);
      world.cutLink('HOME-BACKUP');
      world.advance(early);
      expect(world.post('HOME', 'early')).toBe('waiting');
      world.advance(late - early);
      expect(world.post('HOME', 'late')).toBe('committed');
      expect([shown(world, 'HOME')[1], shown(world, 'BACKUP')[1]]).toEqual(['DISCONNECTED', 'DISCONNECTED']);
    },
  );
});

describe('a witness', () => {
  const watched = (): Instances => {
    const world = mirrored();
    expect(world.run('HOME', set(WITNESS)).errors).toEqual([]);
    return world;
  };

  test('that is lost alone changes nothing but the automatic failover', () => {
    const world = watched();
    world.stop('WITNESS');
    world.advance(30_000);
    expect(shown(world, 'HOME')).toEqual(['PRINCIPAL', 'SYNCHRONIZED']);
    expect(world.post('HOME', 'on')).toBe('committed');
    world.stop('HOME');
    world.advance(30_000);
    expect(shown(world, 'BACKUP')).toEqual(['MIRROR', 'DISCONNECTED']);
    expect(world.run('BACKUP', set(FORCE)).errors).toEqual([1431]);
  });

  test('that both partners see forbids the mirror to take over while they do not see each other', () => {
    const world = watched();
    world.cutLink('HOME-BACKUP');
    world.advance(60_000);
    expect(shown(world, 'BACKUP')).toEqual(['MIRROR', 'DISCONNECTED']);
    expect(world.post('HOME', 'serves')).toBe('committed');
  });

  test('lost together with the mirror stops the principal, and one of them coming back lets it serve again', () => {
    const world = watched();
    world.cutLink('HOME-WITNESS');
    world.cutLink('HOME-BACKUP');
    world.cutLink('BACKUP-WITNESS');
    world.advance(30_000);
    expect(world.run('HOME', 'USE mgc').errors).toEqual([955]);
    expect(shown(world, 'BACKUP')).toEqual(['MIRROR', 'DISCONNECTED']);
    world.cut.delete('HOME-WITNESS');
    world.advance(1_000);
    expect(world.post('HOME', 'again')).toBe('committed');
  });

  test('and mirror that meet again without the principal do not fail over: all links were lost at once', () => {
    const world = watched();
    for (const link of ['HOME-WITNESS', 'HOME-BACKUP', 'BACKUP-WITNESS']) world.cutLink(link);
    world.advance(30_000);
    world.cut.delete('BACKUP-WITNESS');
    world.advance(30_000);
    expect(shown(world, 'BACKUP')).toEqual(['MIRROR', 'DISCONNECTED']);
  });
});

describe('forced service', () => {
  test('with OFF instead of RESUME afterwards leaves the old principal to be recovered with what it had', () => {
    const world = mirrored();
    world.cutLink('HOME-BACKUP');
    world.advance(11_000);
    world.post('HOME', 'only at home');
    expect(world.run('BACKUP', set(FORCE)).errors).toEqual([]);
    world.cut.clear();
    world.advance(1_000);
    expect(shown(world, 'HOME')).toEqual(['MIRROR', 'SUSPENDED']);
    expect(world.run('HOME', 'USE mgc').errors).toEqual([954]);
    expect(world.run('BACKUP', set('PARTNER OFF')).errors).toEqual([]);
    expect(world.run('HOME', 'RESTORE DATABASE mgc WITH RECOVERY').errors).toEqual([]);
    expect(world.messages('HOME')).toContain('only at home');
  });
});
